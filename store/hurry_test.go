//go:build !js || sdl

package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/storetest"
)

// slow is a Backend whose appends each wait for a word of their own.
type slow struct {
	log.Backend
	arrived chan *attempt
}

type attempt struct {
	sequence uint64
	pass     chan error // what the append fails with; nil lets it through
	done     chan struct{}
}

func (s *slow) Append(ctx context.Context, a log.Append) error {
	at := &attempt{a.Sequence, make(chan error), make(chan struct{})}
	defer close(at.done)
	s.arrived <- at
	if err := <-at.pass; err != nil {
		return err
	}
	return s.Backend.Append(ctx, a)
}

// A page that is being left has one entry under way and more commits behind it: all
// of them are handed to storage at once.
func TestHurry_HandsWhatIsPendingToStorageAtOnce(t *testing.T) {
	for name, test := range map[string]struct {
		first, second error
		secondFirst   bool // the second entry is in before the first
		other         bool // another tab writes in the place of the first
		want          []string
	}{
		"both come in":                         {want: []string{"a", "b", "c", "d"}},
		"the second comes in first":            {secondFirst: true, want: []string{"a", "b", "c", "d"}},
		"the second fails":                     {second: quota, want: []string{"a", "b", "c", "d"}}, // it is written again
		"the first fails":                      {first: quota, want: []string{}},
		"the first fails, the second comes in": {first: quota, secondFirst: true, want: []string{}},
		"another was faster":                   {other: true, secondFirst: true, want: []string{"other", "a", "b", "c", "d"}},
	} {
		t.Run(name, func(t *testing.T) {
			storage, s := memory.New(), storetest.Schema(t, counters)
			b := &slow{storetest.Deaf{Backend: storage.Handle()}, make(chan *attempt)}
			st := storetest.OpenWith(t, store.Options{Schema: s, Backend: b})
			var commits []*store.Commit
			begin := func(id string) {
				c, err := st.BeginSave([]store.Put{put("Note", fmt.Sprintf(`{"id":%q}`, id))})
				require.NoError(t, err)
				commits = append(commits, c)
			}
			begin("a")
			first := <-b.arrived
			begin("b")
			begin("c")
			st.Hurry()
			st.Hurry() // once is enough
			second := <-b.arrived
			begin("d") // comes too late for that one
			third := <-b.arrived
			require.Equal(t, []uint64{1, 2, 3}, []uint64{first.sequence, second.sequence, third.sequence})
			if test.other {
				o := storetest.OpenWith(t, store.Options{Schema: s, Backend: storetest.Deaf{Backend: storage.Handle()}})
				create(t, o, "Note", store.Fields{"id": "other"})
			}
			if test.secondFirst {
				second.pass <- test.second
				third.pass <- nil
				<-second.done
				<-third.done
				fromGap(t, s, storage, test.other)
				first.pass <- test.first
			} else {
				first.pass <- test.first
				second.pass <- test.second
				third.pass <- nil
			}
			go func() {
				for again := range b.arrived {
					again.pass <- nil
				}
			}()
			for _, c := range commits {
				require.ErrorIs(t, c.Wait(ctx), test.first)
			}
			require.Equal(t, test.want, ids(t, st, "Note"))
			create(t, st, "Note", store.Fields{"id": "last"})
			other := storetest.OpenWith(t, store.Options{Schema: s, Backend: storage.Handle()})
			require.Equal(t, append(test.want, "last"), ids(t, other, "Note"))
		})
	}
}

// fromGap opens a store while an entry is in that is void without the one before.
func fromGap(t *testing.T, s *schema.Schema, storage *memory.Backend, filled bool) {
	t.Helper()
	st, err := store.Open(ctx, store.Options{Schema: s, Backend: storetest.Deaf{Backend: storage.Handle()}})
	require.NoError(t, err)
	want := []string{}
	if filled {
		want = append(want, "other")
	}
	require.Equal(t, want, ids(t, st, "Note"))
	require.NoError(t, st.Close())
}
