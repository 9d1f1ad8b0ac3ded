package store

import (
	"bytes"
	"context"

	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/table"
)

// peekBytes is how much of a model is read for one record of it at most; rather than
// read more, all of it is loaded.
const peekBytes = 4 << 20

// Peek returns the values of the record with a key, a JSON array of its values, as a
// JSON array in the order of the schema; nil when there is none. If its model is in
// storage only it stays there: of the blocks those are read that may hold the record.
func (st *Store) Peek(ctx context.Context, model string, text []byte) ([]byte, error) {
	for {
		values, p, err := st.peekLoaded(model, text)
		if err != nil {
			return nil, wrap("query", err)
		}
		if p == nil {
			return values, nil
		}
		complete := false
		if !p.enough {
			complete, err = p.read(ctx, st.options.Backend)
		}
		switch {
		case err == nil && !complete:
			err = st.provide(ctx, p.model.Name)
		case err == nil:
			if values, ok := st.peeked(p); ok {
				return values, nil
			}
		}
		if err != nil {
			return nil, wrap("query", err)
		}
	}
}

// Absent reports whether the rows of a model are in storage only.
func (st *Store) Absent(m *schema.Model) bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.data.absent[m.Name] != nil
}

// peek is a look for one record of a model that is in storage only.
type peek struct {
	model  *schema.Model
	key    []byte
	data   *dataset
	absent *absent
	enough bool     // so much of the model was read for others that all of it is to be loaded
	part   *dataset // the rows that were read
}

// peekLoaded answers for a model in memory, and gives a peek for another.
func (st *Store) peekLoaded(model string, text []byte) ([]byte, *peek, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if err := st.journal.failed; err != nil {
		return nil, nil, err
	}
	m, err := st.model("query", model)
	if err != nil {
		return nil, nil, err
	}
	key, err := parseKey(m, text)
	if err != nil {
		return nil, nil, err
	}
	if a := st.data.absent[m.Name]; a != nil {
		a.peeks++
		return nil, &peek{model: m, key: key, data: st.data, absent: a, enough: a.peekedEnough(), part: st.data.part(m)}, nil
	}
	return valuesAt(st.table(m), key), nil, nil
}

// peekedEnough reports whether peeks have read about as much as a half of the model:
// then its next records are likely to cost more one by one than all of them together.
func (a *absent) peekedEnough() bool {
	_, _, blocks := a.stored()
	return 2*(a.peeks-1) >= max(blocks, 1)
}

// read reads the blocks that may hold the record; false when one is gone, or when
// they are too many.
func (p *peek) read(ctx context.Context, b Backend) (complete bool, err error) {
	var candidates []log.Segment
	size := 0
	for _, s := range p.absent.segments {
		ids := make([]uint64, len(s.Blocks))
		for i, block := range s.Blocks {
			ids[i] = log.KeysID(block.ID)
		}
		keys, err := b.Blocks(ctx, ids)
		if err != nil {
			return false, err
		}
		c := log.Segment{Model: s.Model}
		for i, block := range s.Blocks {
			if p.mayHold(block.ID, keys[i]) {
				c.Blocks = append(c.Blocks, block)
				size += block.Size
			}
		}
		candidates = append(candidates, c)
	}
	if size > peekBytes {
		return false, nil
	}
	return p.part.readSegments(ctx, b, candidates, 0)
}

// mayHold reports whether the record may be in a block with those keys. Keys that are
// missing, damaged, or of rows in another layout say nothing.
func (p *peek) mayHold(block uint64, data []byte) bool {
	if data == nil {
		return true
	}
	keys, err := log.ReadKeys(block, data)
	if err != nil {
		return true
	}
	return !keys.Layout.Equal(p.part.tables[p.model.Index].Layout) || keys.MayHave(p.key)
}

// peeked returns the values of the record, with what the log has done to it since its
// block was written; false when something else is stored by now.
func (st *Store) peeked(p *peek) ([]byte, bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.journal.failed != nil || st.data != p.data || st.data.absent[p.model.Name] != p.absent {
		return nil, false
	}
	for _, w := range p.absent.waiting {
		p.part.perform(w.Operation, 0)
	}
	return valuesAt(p.part.tables[p.model.Index], p.key), true
}

// valuesAt returns the values of the row with that key, nil when there is none.
func valuesAt(t *table.Table, key []byte) []byte {
	number, ok := t.Find(key)
	if !ok {
		return nil
	}
	return bytes.Clone(t.Layout.Values(t.Row(number)))
}
