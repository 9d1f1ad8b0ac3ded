package main

import (
	"context"
	"fmt"

	"github.com/granarydb/granary/remote/httpremote"
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/schema"
)

// engine is a peer that is a store, in memory: what a page does, natively.
type engine struct {
	st    *store.Store
	sync  *store.Sync
	name  string
	wrote map[string]string
	made  int
	rows  int // of the server, so far
}

func newEngine(ctx context.Context, url, name string) (*engine, error) {
	s, err := schema.Parse(models)
	if err != nil {
		return nil, err
	}
	st, err := store.Open(ctx, store.Options{Schema: s, Backend: memory.New()})
	if err != nil {
		return nil, err
	}
	sync, err := st.Sync(httpremote.New(url), store.SyncOptions{Deaf: true})
	return &engine{st: st, sync: sync, name: name, wrote: map[string]string{}}, err
}

// Push makes commits like those of plain, and waits until the server has acknowledged
// the last; mutations keep their order.
func (e *engine) Push(ctx context.Context, n int) (int, error) {
	var last *store.Commit
	for range n {
		e.made++
		id := fmt.Sprintf("%s-%d", e.name, e.made)
		changed := fmt.Sprintf("%s-%d", e.name, e.made-20)
		puts := []store.Put{
			{Model: "Item", Row: fmt.Appendf(nil, `{"id":%q,"title":"an item of %s","count":%d}`, id, e.name, e.made)},
			{Model: "Part", Row: fmt.Appendf(nil, `{"id":"p-%s","name":"a part","itemId":%q}`, id, id)},
		}
		if e.made%3 == 0 && e.wrote[changed] != "" {
			puts = []store.Put{{Model: "Item", Edited: true, Changed: []string{"count"},
				Row: fmt.Appendf(nil, `{"id":%q,"title":"an item of %s","count":%d}`, changed, e.name, -e.made)}}
			e.wrote[changed] = fmt.Sprint(-e.made)
		} else {
			e.wrote[id] = fmt.Sprint(e.made)
		}
		c, err := e.st.BeginSave(puts)
		if err != nil {
			return 0, err
		}
		last = c
	}
	if err := e.st.Acknowledged(ctx, last); err != nil {
		return 0, err
	}
	return n, nil
}

// Pull waits until what the server has is here.
func (e *engine) Pull(ctx context.Context) (changes int, more bool, err error) {
	err = e.sync.WhenSynced(ctx)
	rows := e.sync.Status().Rows
	changes, e.rows = rows-e.rows, rows
	return changes, false, err
}

// Holds returns the count of each Item.
func (e *engine) Holds() map[string]string {
	holds := map[string]string{}
	items, err := e.st.Query(context.Background(), "Item")
	if err != nil {
		return nil
	}
	for _, item := range items {
		holds[item.ID()] = fmt.Sprint(item.Int("count"))
	}
	return holds
}

// Wrote returns the counts that were acknowledged.
func (e *engine) Wrote() map[string]string { return e.wrote }

// End ends the sync and closes the store.
func (e *engine) End() error {
	e.sync.Stop()
	return e.st.Close()
}
