//go:build js && wasm

package idb

import (
	"context"
	"errors"
	"syscall/js"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

// Position tells up to where others have written. It costs one transaction of three
// requests that read next to nothing.
func (b *Backend) Position(ctx context.Context) (log.Position, error) {
	var list requests
	list.add(storeGeneration, "getAllKeys", nil, js.Undefined())
	list.add(storeLog, "openKeyCursor", js.Null(), js.ValueOf("prev"))
	list.add(storeGeneration, "get", nil, js.ValueOf(keyIdentity))
	answers, err := b.perform(ctx, "position", asking, list, appended)
	if err != nil {
		return log.Position{}, err
	}
	p, err := b.position(answers)
	if err != nil {
		return log.Position{}, failure(code.Corrupt, "position", "", err)
	}
	return p, nil
}

func (b *Backend) position(answers []js.Value) (p log.Position, err error) {
	generations, err := answer(answers[0])
	if err == nil && generations.Index(0).Type() != js.TypeNumber {
		err = errors.New("it has no generation; somebody else wrote to the database")
	}
	if err != nil {
		return p, err
	}
	p.Generation = uint64(generations.Index(0).Float()) // numbers come before strings
	cursor, err := answer(answers[1])
	if err != nil {
		return p, err
	}
	if cursor.Truthy() {
		p.Sequence = uint64(cursor.Get("key").Float())
	}
	p.Identity, err = b.knows(answers[2])
	return p, err
}

// knows keeps the identity that a request has read. A database that was made before
// there were identities, or by somebody else, has none, which is one too.
func (b *Backend) knows(request js.Value) (string, error) {
	value, err := answer(request)
	if err != nil || value.Type() != js.TypeString {
		return "", err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.identity = value.String()
	return b.identity, nil
}

// expect fails with log.ErrTaken when the connection is to a database of another
// identity than that, if it is one. It asks the browser once a connection at most.
func (b *Backend) expect(ctx context.Context, c *connection, identity, op string) error {
	b.mu.Lock()
	known := b.identity
	b.mu.Unlock()
	if identity != "" && known == "" {
		var list requests
		list.add(storeGeneration, "get", nil, js.ValueOf(keyIdentity))
		answers, err := c.perform(ctx, b.options.AnswerTimeout, op, asking, list, names(storeGeneration))
		if err != nil {
			return err
		}
		if known, err = b.knows(answers[0]); err != nil {
			return failure(code.Corrupt, op, "", err)
		}
	}
	if identity != "" && known != identity {
		return log.ErrTaken
	}
	return nil
}

// newIdentity returns a random identity: 128 bits, as text.
func newIdentity() string {
	bytes := uint8Array.New(16)
	js.Global().Get("crypto").Call("getRandomValues", bytes)
	const hex = "0123456789abcdef"
	var text []byte
	for i := range 16 {
		n := bytes.Index(i).Int()
		text = append(text, hex[n>>4], hex[n&15])
	}
	return string(text)
}
