//go:build js && wasm

package idb

import (
	"context"
	"syscall/js"

	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
)

// Survey returns all that is there but the bytes of the blocks, as one snapshot.
// Keys that are no whole numbers are nobody's and left out.
func (b *Backend) Survey(ctx context.Context) (survey log.Survey, err error) {
	var list requests
	list.add(storeGeneration, "getAllKeys", nil, js.Undefined())
	list.add(storeManifest, "getAllKeys", nil, js.Undefined())
	list.add(storeManifest, "getAll", nil, js.Undefined())
	list.add(storeLog, "getAllKeys", nil, js.Undefined())
	list.add(storeLog, "getAll", nil, js.Undefined())
	list.add(storeBlocks, "getAllKeys", nil, js.Undefined())
	answers, err := b.perform(ctx, "survey", reading, list, names(storeGeneration, storeManifest, storeLog, storeBlocks))
	if err != nil {
		return survey, err
	}
	var ids js.Value
	survey.Generation, survey.Manifest, err = manifestOf(answers[0], answers[1], answers[2])
	if err == nil {
		survey.Entries, err = records(answers[3], answers[4])
	}
	if err == nil {
		ids, err = answer(answers[5])
	}
	if err != nil {
		return log.Survey{}, failure(code.Unavailable, "survey", "", err)
	}
	for i := range ids.Length() {
		if n, ok := numberOf(ids.Index(i)); ok {
			survey.Blocks = append(survey.Blocks, n)
		}
	}
	return survey, nil
}

// SetAside keeps copies of the pieces, in one transaction. It is strict: what they
// are copies of is removed next.
func (b *Backend) SetAside(ctx context.Context, pieces []log.Piece) error {
	var list requests
	for _, p := range pieces {
		list.add(storeAside, "put", p.Data, js.ValueOf(p.Name))
	}
	_, err := b.perform(ctx, "set aside", strict, list, names(storeAside))
	return err
}

// Aside returns what was set aside, in the order of the names.
func (b *Backend) Aside(ctx context.Context) (pieces []log.Piece, err error) {
	var list requests
	list.add(storeAside, "getAllKeys", nil, js.Undefined())
	list.add(storeAside, "getAll", nil, js.Undefined())
	answers, err := b.perform(ctx, "aside", reading, list, names(storeAside))
	if err != nil {
		return nil, err
	}
	called, err := answer(answers[0])
	if err != nil {
		return nil, failure(code.Unavailable, "aside", "", err)
	}
	values, err := answer(answers[1])
	if err != nil {
		return nil, failure(code.Unavailable, "aside", "", err)
	}
	for i := range called.Length() {
		pieces = append(pieces, log.Piece{Name: called.Index(i).String(), Data: toGo(values.Index(i))})
	}
	return pieces, nil
}
