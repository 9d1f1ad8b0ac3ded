// Package storagetest holds every storage of the server to one suite.
package storagetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/server"
)

// Fixture makes storages that keep to the same place, as processes do that are started
// again or run side by side.
type Fixture struct {
	// Open opens the place; the suite closes what it opens.
	Open func(t *testing.T) server.Storage
	// Side says whether two may be open at once.
	Side bool
}

// Run runs the suite. fresh returns a place of which nothing was written yet.
func Run(t *testing.T, fresh func(t *testing.T) Fixture) {
	for name, test := range map[string]func(t *testing.T, f Fixture){
		"a write is there whole or not at all":             writeIsWhole,
		"what is taken back to a savepoint leaves nothing": savepoint,
		"versions rise by the order of commits":            versionsRise,
		"one state is read, whatever is written":           oneState,
		"changes come in pages":                            changesInPages,
		"texts come back as they went in":                  texts,
		"former states are found":                          past,
		"outcomes are kept by tenant":                      outcomes,
		"links are found and forgotten":                    links,
		"what is old is pruned":                            prune,
		"what was written is there when opened again":      openedAgain,
		"a change wakes":                                   wakes,
		"a cancelled write leaves nothing":                 cancelled,
	} {
		t.Run(name, func(t *testing.T) { test(t, fresh(t)) })
	}
}

// Open opens a storage for the length of a test.
func open(t *testing.T, f Fixture) server.Storage {
	t.Helper()
	st := f.Open(t)
	t.Cleanup(func() { require.NoError(t, st.Close()) })
	return st
}

func write(t *testing.T, st server.Storage, tenant string, f func(tx server.Tx) error) {
	t.Helper()
	require.NoError(t, st.Write(t.Context(), tenant, f))
}

func read(t *testing.T, st server.Storage, tenant string, f func(v server.View)) {
	t.Helper()
	require.NoError(t, st.Read(t.Context(), tenant, func(v server.View) error {
		f(v)
		return nil
	}))
}

func row(id, data string) *server.Row {
	return &server.Row{Model: "Post", ID: id, At: 1, Changed: 2, Data: []byte(data)}
}

func put(id, data string) func(server.Tx) error {
	return func(tx server.Tx) error { return tx.Put(row(id, data)) }
}

func ids(t *testing.T, v server.View, after int64) (list []string) {
	t.Helper()
	rows, err := v.Changes(after, 1000, 1<<20)
	require.NoError(t, err)
	for _, r := range rows {
		list = append(list, r.ID)
	}
	return list
}

var errOff = errors.New("off")

func writeIsWhole(t *testing.T, f Fixture) {
	st := open(t, f)
	require.ErrorIs(t, st.Write(t.Context(), "t", func(tx server.Tx) error {
		require.NoError(t, tx.Put(row(`"a"`, `{}`)))
		require.Equal(t, []string{`"a"`}, ids(t, tx, 0), "what is written is seen")
		return errOff
	}), errOff)
	read(t, st, "t", func(v server.View) { require.Empty(t, ids(t, v, 0)) })
	write(t, st, "t", put(`"b"`, `{"n":1}`))
	read(t, st, "t", func(v server.View) {
		require.Equal(t, []string{`"b"`}, ids(t, v, 0))
		got, err := v.Row("Post", `"b"`)
		require.NoError(t, err)
		require.Equal(t, &server.Row{Model: "Post", ID: `"b"`, Version: 1, At: 1, Changed: 2, Data: []byte(`{"n":1}`)}, got)
		none, err := v.Row("Post", `"a"`)
		require.NoError(t, err)
		require.Nil(t, none)
	})
	read(t, st, "other", func(v server.View) { require.Empty(t, ids(t, v, 0)) })
	tenants, err := st.Tenants(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"t"}, tenants)
}

func savepoint(t *testing.T, f Fixture) {
	st := open(t, f)
	write(t, st, "t", func(tx server.Tx) error {
		require.NoError(t, tx.Put(row(`"kept"`, `{}`)))
		require.ErrorIs(t, tx.Savepoint(func() error {
			require.NoError(t, tx.Put(row(`"lost"`, `{}`)))
			require.NoError(t, tx.PutOutcome(&server.Outcome{ID: "m", Text: []byte(`{}`)}))
			return errOff
		}), errOff)
		require.NoError(t, tx.Savepoint(func() error {
			require.ErrorIs(t, tx.Savepoint(func() error { return errors.Join(tx.Put(row(`"inner"`, `{}`)), errOff) }), errOff)
			return tx.Put(row(`"later"`, `{}`))
		}))
		o, err := tx.Outcome("m")
		require.Nil(t, o)
		return err
	})
	read(t, st, "t", func(v server.View) { require.Equal(t, []string{`"kept"`, `"later"`}, ids(t, v, 0)) })
}

// versionsRise writes from many sides at once, and reads meanwhile: who has seen a
// version has seen all below it.
func versionsRise(t *testing.T, f Fixture) {
	stores := []server.Storage{open(t, f)}
	if f.Side {
		stores = append(stores, open(t, f))
	}
	const writers, each = 6, 15
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				err := stores[w%len(stores)].Write(context.Background(), "t", func(tx server.Tx) error {
					for n := range 3 {
						if err := tx.Put(row(fmt.Sprintf(`"%d-%d-%d"`, w, i, n), `{}`)); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	seen := map[string]bool{}
	after := int64(0)
	for last := false; !last; {
		select {
		case <-done:
			last = true
		default:
		}
		read(t, stores[0], "t", func(v server.View) {
			rows, err := v.Changes(after, 1000, 1<<20)
			require.NoError(t, err)
			at, err := v.State()
			require.NoError(t, err)
			for _, r := range rows {
				require.Greater(t, r.Version, after)
				after = r.Version
				seen[r.ID] = true
			}
			require.Zero(t, len(seen)%3, "a transaction is seen whole")
			require.Equal(t, after, at.Version, "the state is that of the rows")
		})
	}
	require.Len(t, seen, writers*each*3)
}

func oneState(t *testing.T, f Fixture) {
	st := open(t, f)
	write(t, st, "t", put(`"a"`, `{}`))
	read(t, st, "t", func(v server.View) {
		at, err := v.State()
		require.NoError(t, err)
		require.EqualValues(t, 1, at.Version)
		write(t, st, "t", put(`"b"`, `{}`))
		require.Equal(t, []string{`"a"`}, ids(t, v, 0))
		again, err := v.State()
		require.NoError(t, err)
		require.Equal(t, at, again)
	})
	read(t, st, "t", func(v server.View) { require.Equal(t, []string{`"a"`, `"b"`}, ids(t, v, 0)) })
}

func changesInPages(t *testing.T, f Fixture) {
	st := open(t, f)
	for i := range 10 {
		write(t, st, "t", put(fmt.Sprintf(`"%d"`, i), `{"text":"0123456789"}`))
	}
	write(t, st, "t", put(`"0"`, `{"text":"again"}`))
	gone := row(`"1"`, "")
	gone.Deleted, gone.Data = true, nil
	write(t, st, "t", func(tx server.Tx) error { return tx.Put(gone) })
	read(t, st, "t", func(v server.View) {
		require.Equal(t, []string{`"2"`, `"3"`, `"4"`, `"5"`, `"6"`, `"7"`, `"8"`, `"9"`, `"0"`, `"1"`}, ids(t, v, 0))
		page, err := v.Changes(3, 2, 1<<20)
		require.NoError(t, err)
		require.Equal(t, []string{`"3"`, `"4"`}, []string{page[0].ID, page[1].ID})
		page, err = v.Changes(0, 100, 30)
		require.NoError(t, err)
		require.Len(t, page, 2, "the second passes the bytes")
		last, err := v.Row("Post", `"1"`)
		require.NoError(t, err)
		require.True(t, last.Deleted)
		require.Nil(t, last.Data)
	})
}

func texts(t *testing.T, f Fixture) {
	st := open(t, f)
	for i, data := range []string{
		`{"s":"\u0000 \ud800 \u001f"}`, `{"s":"Zoë 🌍   \\ \" '"}`, `{"n":1e+21,"m":-0,"o":0.1,"p":1e-7}`, `{"b":1,"a":2,"b2":[null,true,{}]}`,
	} {
		id := fmt.Sprintf(`"%s-\u0000-%d"`, "ключ", i)
		write(t, st, "t", put(id, data))
		read(t, st, "t", func(v server.View) {
			got, err := v.Row("Post", id)
			require.NoError(t, err)
			require.Equal(t, data, string(got.Data))
		})
	}
	read(t, st, "t", func(v server.View) {
		none, err := v.Row("post", `"x"`)
		require.NoError(t, err)
		require.Nil(t, none)
	})
}

func past(t *testing.T, f Fixture) {
	st := open(t, f)
	write(t, st, "t", func(tx server.Tx) error {
		for _, until := range []int64{5, 7, 9} {
			require.NoError(t, tx.Keep("Post", `"a"`, until, 1, fmt.Appendf(nil, `{"until":%d}`, until)))
		}
		return nil
	})
	read(t, st, "t", func(v server.View) {
		list, err := v.Past("Post", `"a"`, 5, 10)
		require.NoError(t, err)
		require.Equal(t, [][]byte{[]byte(`{"until":7}`), []byte(`{"until":9}`)}, list)
		list, err = v.Past("Post", `"a"`, 0, 1)
		require.NoError(t, err)
		require.Len(t, list, 1)
	})
}

func outcomes(t *testing.T, f Fixture) {
	st := open(t, f)
	kept := &server.Outcome{ID: "m1", User: "u", Client: "c", Seen: 5, Text: []byte(`{"status":"applied"}`)}
	write(t, st, "t", func(tx server.Tx) error { return tx.PutOutcome(kept) })
	read(t, st, "t", func(v server.View) {
		got, err := v.Outcome("m1")
		require.NoError(t, err)
		require.Equal(t, kept, got)
	})
	read(t, st, "other", func(v server.View) {
		got, err := v.Outcome("m1")
		require.NoError(t, err)
		require.Nil(t, got)
	})
	require.Error(t, st.Write(t.Context(), "t", func(tx server.Tx) error { return tx.PutOutcome(kept) }), "an id has one outcome")
}

func links(t *testing.T, f Fixture) {
	st := open(t, f)
	write(t, st, "t", func(tx server.Tx) error {
		for _, id := range []string{"c", "a", "b"} {
			require.NoError(t, tx.Link("Post", "p", "k", id))
		}
		require.NoError(t, tx.Link("Post", "p", "k", "a"), "twice is once")
		require.NoError(t, tx.Unlink("Post", "p", "k", "b"))
		return tx.Link("Post", "p", "other", "d")
	})
	write(t, st, "t", func(tx server.Tx) error {
		found, err := tx.Linked("Post", "p", "k", 10)
		require.Equal(t, []string{"a", "c"}, found)
		require.NoError(t, err)
		found, err = tx.Linked("Post", "p", "k", 1)
		require.Equal(t, []string{"a"}, found)
		require.NoError(t, err)
		require.NoError(t, tx.SetPaths("new"))
		paths, err := tx.Paths()
		require.Equal(t, "new", paths)
		require.NoError(t, err)
		found, err = tx.Linked("Post", "p", "k", 10)
		require.Empty(t, found)
		return err
	})
}

func prune(t *testing.T, f Fixture) {
	st := open(t, f)
	write(t, st, "t", func(tx server.Tx) error {
		for i, r := range []*server.Row{
			{Model: "Post", ID: `"old"`, Changed: 10, Deleted: true}, {Model: "Post", ID: `"live"`, Changed: 10, Data: []byte(`{}`)},
			{Model: "Post", ID: `"older"`, Changed: 5, Deleted: true}, {Model: "Post", ID: `"new"`, Changed: 30, Deleted: true},
		} {
			require.NoError(t, tx.Put(r), i)
		}
		require.NoError(t, tx.Keep("Post", `"live"`, 2, 10, []byte(`{}`)))
		require.NoError(t, tx.PutOutcome(&server.Outcome{ID: "old", Seen: 3, Text: []byte(`{}`)}))
		return tx.PutOutcome(&server.Outcome{ID: "new", Seen: 9, Text: []byte(`{}`)})
	})
	write(t, st, "t", func(tx server.Tx) error {
		n, err := tx.Prune(20, 4, 100)
		require.Equal(t, 4, n)
		return err
	})
	read(t, st, "t", func(v server.View) {
		require.Equal(t, []string{`"live"`, `"new"`}, ids(t, v, 0))
		at, err := v.State()
		require.NoError(t, err)
		require.EqualValues(t, 3, at.Horizon)
		require.EqualValues(t, 4, at.Version)
		old, err := v.Outcome("old")
		require.NoError(t, err)
		require.Nil(t, old)
		list, err := v.Past("Post", `"live"`, 0, 10)
		require.NoError(t, err)
		require.Empty(t, list)
	})
}

func openedAgain(t *testing.T, f Fixture) {
	st := f.Open(t)
	write(t, st, "t", put(`"a"`, `{"n":1}`))
	var before server.State
	read(t, st, "t", func(v server.View) { before, _ = v.State() })
	require.NoError(t, st.Close())
	st = open(t, f)
	read(t, st, "t", func(v server.View) {
		require.Equal(t, []string{`"a"`}, ids(t, v, 0))
		after, err := v.State()
		require.NoError(t, err)
		require.Equal(t, before, after)
	})
	require.NoError(t, st.Ping(t.Context()))
	require.NoError(t, st.Renew(t.Context()))
	read(t, st, "t", func(v server.View) {
		after, err := v.State()
		require.NoError(t, err)
		require.NotEqual(t, before.Epoch, after.Epoch)
	})
}

func wakes(t *testing.T, f Fixture) {
	st := open(t, f)
	listener := st
	if f.Side {
		listener = open(t, f)
	}
	heard := make(chan string, 100)
	listener.Listen(func(tenant string, all bool) {
		if !all {
			heard <- tenant
		}
	})
	write(t, st, "nothing", func(server.Tx) error { return nil })
	for woken := false; !woken; { // a listener may still be on its way to listen
		write(t, st, "t", put(`"a"`, `{}`))
		select {
		case tenant := <-heard:
			require.Equal(t, "t", tenant)
			woken = true
		default:
			require.NoError(t, t.Context().Err())
		}
	}
}

func cancelled(t *testing.T, f Fixture) {
	st := open(t, f)
	write(t, st, "t", put(`"a"`, `{}`))
	ctx, cancel := context.WithCancel(t.Context())
	require.Error(t, st.Write(ctx, "t", func(tx server.Tx) error {
		require.NoError(t, tx.Put(row(`"b"`, `{}`)))
		cancel()
		return nil
	}))
	write(t, st, "t", put(`"c"`, `{}`))
	read(t, st, "t", func(v server.View) { require.True(t, slices.Equal([]string{`"a"`, `"c"`}, ids(t, v, 0))) })
}
