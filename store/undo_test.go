//go:build !js || sdl

package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/code"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
)

// gate is a Backend whose appends wait until they are let through, and then fail
// with the error given, or do what they should.
type gate struct {
	log.Backend
	arrived chan struct{}
	pass    chan error
}

func newGate(b log.Backend) *gate {
	return &gate{b, make(chan struct{}), make(chan error)}
}

func (g *gate) Append(ctx context.Context, a log.Append) error {
	g.arrived <- struct{}{}
	if err := <-g.pass; err != nil {
		return err
	}
	return g.Backend.Append(ctx, a)
}

// let lets one append through.
func (g *gate) let(err error) {
	<-g.arrived
	g.pass <- err
}

var quota = &code.Error{Code: code.Quota, Message: "no room"}

func TestUndo_WhenStorageRefusesAllThatIsPendingIsTakenBack(t *testing.T) {
	storage := memory.New()
	g := newGate(storage)
	st := storetest.Open(t, storetest.Library, g)
	begin := func(list ...store.Put) *store.Commit {
		c, err := st.BeginSave(list)
		require.NoError(t, err)
		return c
	}
	kept := begin(put("Author", `{"id":"a","name":"Ada","age":1}`), put("Author", `{"id":"b","name":"Bob"}`), put("Book", `{"id":"k","title":"t","authorBooksId":"b"}`))
	g.let(nil)
	require.NoError(t, kept.Wait(ctx))
	before := storetest.NewReference(st.Schema(), "")
	before, err := before.Read(st)
	require.NoError(t, err)

	var lost []*store.Commit
	lost = append(lost, begin(put("Author", `{"id":"c","name":"Cy"}`)))
	<-g.arrived // on its way; the others wait
	lost = append(lost, begin(edit("Author", `{"id":"a","name":"Ada","age":2}`, "age")), begin(edit("Author", `{"id":"a","name":"Ada","age":3}`, "age")))
	deletion, err := st.BeginDelete(keys("Author", `["b"]`))
	require.NoError(t, err)
	lost = append(lost, deletion, begin(put("Author", `{"id":"b","name":"Again"}`), put("Book", `{"id":"l","title":"u","authorBooksId":"c"}`)))
	require.Equal(t, []string{"a", "c", "b"}, ids(t, st, "Author"), "everybody sees it at once")
	require.Equal(t, 5, st.Stats().Pending)

	var told sync.WaitGroup
	for _, c := range lost {
		told.Add(1)
		st.Then(c, func(err error) {
			defer told.Done()
			if codeOf(err) != store.ErrQuota {
				t.Errorf("told %v", err)
			}
		})
	}
	g.pass <- quota
	for _, c := range lost {
		require.ErrorIs(t, c.Wait(ctx), store.ErrQuota)
	}
	told.Wait()
	after, err := before.Read(st)
	require.NoError(t, err)
	require.Equal(t, before.String(), after.String())
	require.Zero(t, st.Stats().Pending)

	later := begin(put("Author", `{"id":"d","name":"Dan"}`))
	g.let(nil)
	require.NoError(t, later.Wait(ctx))
	require.Equal(t, []string{"a", "b", "d"}, ids(t, st, "Author"))
	called := false
	st.Then(later, func(err error) { called = err == nil })
	require.True(t, called, "at once, when it is done already")
}

func TestFlush_CommitsThatWaitGoOutTogetherAndAreUndoneTogether(t *testing.T) {
	g := newGate(memory.New())
	st := storetest.Open(t, counters, g)
	var commits []*store.Commit
	for i := range 20 {
		c, err := st.BeginSave([]store.Put{put("Note", fmt.Sprintf(`{"id":"%d"}`, i))})
		require.NoError(t, err)
		commits = append(commits, c)
		if i == 0 {
			<-g.arrived
		}
	}
	g.pass <- nil
	g.let(nil) // one more entry for the nineteen others
	for _, c := range commits {
		require.NoError(t, c.Wait(ctx))
	}
	require.Equal(t, uint64(2), store.Head(st))
	require.Equal(t, 2, st.Stats().LogEntries)
}

func TestWait_GivesUpWithItsContextAndTheCommitGoesOn(t *testing.T) {
	g := newGate(memory.New())
	st := storetest.Open(t, counters, g)
	c, err := st.BeginSave([]store.Put{put("Note", `{"id":"n"}`)})
	require.NoError(t, err)
	<-g.arrived
	short, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(t, c.Wait(short), store.ErrUnknownOutcome)
	require.ErrorIs(t, c.Wait(short), context.Canceled)
	g.pass <- nil
	require.NoError(t, c.Wait(ctx))
	require.Equal(t, []string{"n"}, ids(t, st, "Note"))
}

func TestClose_WaitsForWhatIsUnderWay(t *testing.T) {
	storage := memory.New()
	g := newGate(storage.Handle())
	s := storetest.Schema(t, counters)
	st := storetest.OpenWith(t, store.Options{Schema: s, Backend: g})
	c, err := st.BeginSave([]store.Put{put("Note", `{"id":"n"}`)})
	require.NoError(t, err)
	<-g.arrived
	closed := make(chan error)
	go func() { closed <- st.Close() }()
	g.pass <- nil
	require.NoError(t, <-closed)
	require.NoError(t, c.Wait(ctx))
	require.Equal(t, []string{"n"}, ids(t, storetest.OpenWith(t, store.Options{Schema: s, Backend: storage.Handle()}), "Note"))
}

func TestUndo_OfAPendingDeleteSparesTheReference(t *testing.T) {
	g := newGate(memory.New())
	st := storetest.Open(t, family, g)
	c, err := st.BeginSave([]store.Put{put("Parent", `{"id":"p"}`)})
	require.NoError(t, err)
	g.let(nil)
	require.NoError(t, c.Wait(ctx))
	gone, err := st.BeginDelete(keys("Parent", `["p"]`))
	require.NoError(t, err)
	<-g.arrived
	_, err = st.BeginSave([]store.Put{put("Child", `{"id":"c","parentChildrenId":"p"}`)})
	require.ErrorIs(t, err, store.ErrReference, "the parent is gone as far as anybody can see")
	g.pass <- quota
	require.ErrorIs(t, gone.Wait(ctx), store.ErrQuota)
	child, err := st.BeginSave([]store.Put{put("Child", `{"id":"c","parentChildrenId":"p"}`)})
	require.NoError(t, err)
	g.let(nil)
	require.NoError(t, child.Wait(ctx))
}

// lossy is a Backend that does an append and says that nobody knows; meanwhile
// somebody else acts.
type lossy struct {
	log.Backend
	meanwhile func(written bool)
	write     bool
	lost      int
}

func (l *lossy) Append(ctx context.Context, a log.Append) error {
	if l.lost == 0 {
		return l.Backend.Append(ctx, a)
	}
	l.lost--
	if l.write {
		if err := l.Backend.Append(ctx, a); err != nil {
			return err
		}
	}
	l.meanwhile(l.write)
	return &code.Error{Code: code.UnknownOutcome, Message: "lost"}
}

func TestUnknownOutcome_IsFoundOutByReadingBack(t *testing.T) {
	for name, c := range map[string]struct {
		write, other, fold bool
		lost               int
		want               store.Code
		notes              []string
	}{
		"it was written":          {true, false, false, 1, "", []string{"mine"}},
		"it was not":              {false, false, false, 1, "", []string{"mine"}},
		"it never is":             {false, false, false, 100, store.ErrUnavailable, []string{}},
		"another took the number": {false, true, false, 1, "", []string{"other", "mine"}},
		"it was written and another wrote behind it":  {true, true, false, 1, "", []string{"mine", "other"}},
		"it was written and then folded":              {true, true, true, 1, store.ErrUnknownOutcome, []string{"mine", "other", "other 2", "other 3"}},
		"it was not, and others' entries were folded": {false, true, true, 1, store.ErrUnknownOutcome, []string{"other", "other 2", "other 3"}},
	} {
		t.Run(name, func(t *testing.T) {
			storage, s := memory.New(), storetest.Schema(t, counters)
			l := &lossy{Backend: storage.Handle(), write: c.write, lost: c.lost}
			l.meanwhile = func(bool) {
				if !c.other {
					return
				}
				o, err := store.Open(ctx, store.Small(store.Options{Schema: s, Backend: storage.Handle()}, 3, 400))
				require.NoError(t, err)
				create(t, o, "Note", store.Fields{"id": "other"})
				if c.fold {
					create(t, o, "Note", store.Fields{"id": "other 2"})
					create(t, o, "Note", store.Fields{"id": "other 3"})
				}
				require.NoError(t, o.Close())
			}
			st := storetest.OpenWith(t, store.Options{Schema: s, Backend: l})
			commit, err := st.BeginSave([]store.Put{put("Note", `{"id":"mine"}`)})
			require.NoError(t, err)
			require.Equal(t, c.want, codeOf(commit.Wait(ctx)))
			require.NoError(t, store.Follow(st))
			require.Equal(t, c.notes, ids(t, st, "Note"))
		})
	}
}
