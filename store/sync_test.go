//go:build !js || sdl

package store_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/internal/sim"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/replication"
	"github.com/granarydb/granary/store/storetest"
)

const syncBlog = `
type Blog @model(timestamps: null) { id: ID! name: String posts: [Post] @hasMany }
type Post @model(timestamps: null) { id: ID! title: String body: String blog: Blog @belongsTo }
type Draft @model(timestamps: null) { id: ID! text: String }
`

// line is the line to a model server: a Remote that fails when it is told to.
type line struct {
	mu     sync.Mutex
	server *sim.Server
	fail   func(push bool) error // before the server hears; nil for never
	lose   func(push bool) error // after it has acted
	tamper func(push bool, answer []byte) []byte
	sent   []string
}

func (l *line) call(push bool, request []byte, do func([]byte) []byte) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		if err := l.fail(push); err != nil {
			return nil, err
		}
	}
	if push {
		l.sent = append(l.sent, string(request))
	}
	answer := do(request)
	if l.lose != nil {
		if err := l.lose(push); err != nil {
			return nil, err
		}
	}
	if l.tamper != nil {
		answer = l.tamper(push, answer)
	}
	return answer, nil
}

func (l *line) Pull(_ context.Context, request []byte) ([]byte, error) {
	return l.call(false, request, l.server.Pull)
}

func (l *line) Push(_ context.Context, request []byte) ([]byte, error) {
	return l.call(true, request, l.server.Push)
}

func (l *line) Live(context.Context, []byte, func(replication.News)) error {
	return replication.ErrNoLive
}

// client is a store whose session a test drives by hand.
type client struct {
	*store.Store
	*store.SyncSession
	line   *line
	events []store.SyncEvent
}

func newClient(t testing.TB, l *line, o store.SyncOptions) *client {
	t.Helper()
	return newClientOf(t, syncBlog, l, o)
}

func newClientOf(t testing.TB, sdl string, l *line, o store.SyncOptions) *client {
	t.Helper()
	c := &client{Store: storetest.Open(t, sdl, memory.New()), line: l}
	o.Event = func(e store.SyncEvent) { c.events = append(c.events, e) }
	var err error
	c.SyncSession, err = c.Store.NewSyncSession(o)
	require.NoError(t, err)
	require.NoError(t, c.Prepare(ctx))
	return c
}

func (c *client) push(t testing.TB) replication.Event {
	t.Helper()
	call := c.Push(ctx, replication.Effect{Number: 1, Limit: 100})
	if call.Request == nil {
		return call.Answer(ctx, nil, nil)
	}
	answer, err := c.line.Push(ctx, call.Request)
	return call.Answer(ctx, answer, err)
}

func (c *client) pull(t testing.TB) replication.Event {
	t.Helper()
	for {
		call := c.Pull(replication.Effect{Number: 1})
		answer, err := c.line.Pull(ctx, call.Request)
		e := call.Answer(ctx, answer, err)
		if e.Err != nil || !e.More {
			return e
		}
	}
}

// sync pushes and pulls until there is nothing left to do.
func (c *client) sync(t testing.TB) {
	t.Helper()
	for {
		e := c.push(t)
		require.NoError(t, e.Err)
		if e.Left == 0 || !e.Moved {
			break
		}
	}
	require.NoError(t, c.pull(t).Err)
}

func (c *client) edit(t testing.TB, model, id string, fields store.Fields) {
	t.Helper()
	r, err := c.Get(ctx, model, id)
	require.NoError(t, err)
	require.NotNil(t, r)
	r, err = r.With(fields)
	require.NoError(t, err)
	_, err = c.Save(ctx, r)
	require.NoError(t, err)
}

func (c *client) types() (list []store.SyncEventType) {
	for _, e := range c.events {
		list = append(list, e.Type)
	}
	return list
}

func serverRows(s *sim.Server) map[string]string {
	out := map[string]string{}
	for at, data := range s.Rows() {
		text, _ := json.Marshal(data)
		out[at] = string(text)
	}
	return out
}

func TestSync_TakesChangesFromOneClientToAnother(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	a, b := newClient(t, l, store.SyncOptions{}), newClient(t, l, store.SyncOptions{})
	blog := create(t, a.Store, "Blog", store.Fields{"id": "b1", "name": "one"})
	create(t, a.Store, "Post", store.Fields{"id": "p1", "title": "hello", "blog": blog})
	require.Equal(t, 2, a.Pending())
	a.sync(t)
	require.Zero(t, a.Pending())
	b.sync(t)
	require.Equal(t, texts(t, a.Store, "Post"), texts(t, b.Store, "Post"))
	require.Contains(t, b.types(), store.SyncReady)

	b.edit(t, "Post", "p1", store.Fields{"title": "better"})
	require.NoError(t, b.Delete(ctx, must(b.Get(ctx, "Blog", "b1"))))
	b.sync(t)
	a.sync(t)
	require.Empty(t, texts(t, a.Store, "Blog"))
	require.Empty(t, texts(t, a.Store, "Post"))
	require.Empty(t, l.server.Rows())
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestSync_SendsTheChangedFieldsAlone(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Strict)}
	a := newClient(t, l, store.SyncOptions{})
	create(t, a.Store, "Post", store.Fields{"id": "p1", "title": "hello", "body": "text"})
	a.sync(t)
	a.edit(t, "Post", "p1", store.Fields{"title": "better"})
	a.sync(t)
	require.Contains(t, l.sent[1], `"ops":[{"op":"update","model":"Post","id":"p1","base":"1","data":{"title":"better"}}]`)
	require.Equal(t, "better", must(a.Get(ctx, "Post", "p1")).String("title"))
}

func TestOutbox_MergesEditsOfOneRecordWhileNoneIsOnItsWay(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Strict)}
	a := newClient(t, l, store.SyncOptions{})
	create(t, a.Store, "Post", store.Fields{"id": "p1", "title": "0"})
	for _, title := range []string{"1", "2"} {
		a.edit(t, "Post", "p1", store.Fields{"title": title})
	}
	require.Equal(t, 1, a.Pending(), "the edits are a part of the creation")
	create(t, a.Store, "Draft", store.Fields{"id": "d1"})
	a.edit(t, "Post", "p1", store.Fields{"title": "3"})
	require.Equal(t, 3, a.Pending(), "something lies between")

	l.lose = func(push bool) error { return context.DeadlineExceeded }
	require.Error(t, a.push(t).Err)
	l.lose = nil
	a.edit(t, "Post", "p1", store.Fields{"body": "4"})
	require.Equal(t, 4, a.Pending(), "the one before may have been sent")
	a.edit(t, "Post", "p1", store.Fields{"body": "5"})
	require.Equal(t, 4, a.Pending())
	a.sync(t)
	require.Equal(t, map[string]string{"Post \"p1\"": `{"blogPostsId":null,"body":"5","id":"p1","title":"3"}`,
		"Draft \"d1\"": `{"id":"d1","text":null}`}, serverRows(l.server))
	for id, n := range l.server.Applied {
		require.Equal(t, 1, n, id)
	}
}

func TestOutbox_OfARecordThatNeverLeftItsDeletionLeavesNothing(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Strict)}
	a := newClient(t, l, store.SyncOptions{})
	blog := create(t, a.Store, "Blog", store.Fields{"id": "b1"})
	create(t, a.Store, "Post", store.Fields{"id": "p1", "blog": blog})
	create(t, a.Store, "Draft", store.Fields{"id": "d1"})
	require.NoError(t, a.Delete(ctx, blog), "and the post with it")
	require.Equal(t, 1, a.Pending())
	a.sync(t)
	require.Equal(t, map[string]string{"Draft \"d1\"": `{"id":"d1","text":null}`}, serverRows(l.server))
}

func TestSync_ReplaysWhatIsPendingOnTopOfWhatTheServerSays(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	a, b := newClient(t, l, store.SyncOptions{}), newClient(t, l, store.SyncOptions{})
	create(t, a.Store, "Post", store.Fields{"id": "p1", "title": "0", "body": "0"})
	a.sync(t)
	b.sync(t)
	a.edit(t, "Post", "p1", store.Fields{"title": "a"})
	b.edit(t, "Post", "p1", store.Fields{"body": "b"})
	b.sync(t)
	require.NoError(t, a.pull(t).Err)
	p := must(a.Get(ctx, "Post", "p1"))
	require.Equal(t, "a b", p.String("title")+" "+p.String("body"))
	a.sync(t)
	b.sync(t)
	require.Equal(t, texts(t, a.Store, "Post"), texts(t, b.Store, "Post"))
}

func TestOutbox_MakesARecordAnewThatOthersDeletedUnderAnEdit(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	a, b := newClient(t, l, store.SyncOptions{}), newClient(t, l, store.SyncOptions{})
	create(t, a.Store, "Post", store.Fields{"id": "p1", "title": "0"})
	a.sync(t)
	b.sync(t)
	require.NoError(t, b.Delete(ctx, must(b.Get(ctx, "Post", "p1"))))
	b.sync(t)
	a.edit(t, "Post", "p1", store.Fields{"title": "1"})
	require.NoError(t, a.pull(t).Err)
	require.Empty(t, ids(t, a.Store, "Post"))
	create(t, a.Store, "Post", store.Fields{"id": "p1", "title": "2"})
	require.Equal(t, 2, a.Pending())
	a.sync(t)
	b.sync(t)
	for _, c := range []*client{a, b} {
		require.Equal(t, "2", must(c.Get(ctx, "Post", "p1")).String("title"))
	}
}

func TestSync_TakesBackWhatTheServerRejectsAndWhatDependsOnIt(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	l.server.Refuse = func(o sim.Op) string {
		if string(o.Data["name"]) == `"bad"` {
			return "no such name"
		}
		return ""
	}
	a := newClient(t, l, store.SyncOptions{})
	create(t, a.Store, "Draft", store.Fields{"id": "d1"})
	a.sync(t)
	blog := create(t, a.Store, "Blog", store.Fields{"id": "b1", "name": "bad"})
	create(t, a.Store, "Post", store.Fields{"id": "p1", "blog": blog})
	create(t, a.Store, "Post", store.Fields{"id": "p2"})
	l.tamper = func(push bool, answer []byte) []byte {
		var v struct{ Results []json.RawMessage }
		require.NoError(t, json.Unmarshal(answer, &v))
		text, _ := json.Marshal(map[string]any{"results": v.Results[:1]})
		return text
	}
	require.NoError(t, a.push(t).Err)
	require.Equal(t, []string{"p2"}, ids(t, a.Store, "Post"))
	require.Empty(t, ids(t, a.Store, "Blog"))
	rejected := a.Rejected()
	require.Len(t, rejected, 2)
	require.Equal(t, replication.Rejection{Code: "refused", Message: "no such name"}, rejected[0].Error)
	require.Equal(t, store.RejectedDependency, rejected[1].Error.Code)
	require.Equal(t, 2, len(slices.DeleteFunc(a.types(), func(e store.SyncEventType) bool { return e != store.SyncRejected })))

	l.tamper = nil
	a.sync(t)
	fixed := rejected[0].Ops
	fixed[0].Data = []byte(`{"name":"good"}`)
	_, err := a.RetryRejected(rejected[0].ID, fixed...)
	require.NoError(t, err)
	c, err := a.RetryRejected(rejected[1].ID)
	require.NoError(t, err)
	a.sync(t)
	require.NoError(t, a.Acknowledged(ctx, c))
	require.Empty(t, a.Rejected())
	require.Contains(t, serverRows(l.server), `Post "p1"`)
	require.ElementsMatch(t, []string{"p1", "p2"}, ids(t, a.Store, "Post"))
}

func TestSync_ResolvesConflictsByPolicyOrHandler(t *testing.T) {
	for _, test := range []struct {
		policy  store.Policy
		handler store.ConflictHandler
		title   string
		body    string
		filed   int
	}{
		{store.MergeFields, nil, "a", "b", 0},
		{store.ClientWins, nil, "a", "b", 0},
		{store.ServerWins, nil, "0", "b", 1},
		{"", func(_ context.Context, e store.ConflictEvent) (store.Resolution, error) {
			require.JSONEq(t, `{"id":"p1","title":"0","body":"0","blogPostsId":null}`, string(e.Base))
			require.JSONEq(t, `{"id":"p1","title":"a","body":"0","blogPostsId":null}`, string(e.Local))
			require.JSONEq(t, `{"id":"p1","title":"0","body":"b","blogPostsId":null}`, string(e.Remote))
			return store.Resolution{Record: []byte(`{"title":"both"}`)}, nil
		}, "both", "b", 0},
	} {
		l := &line{server: sim.NewServer(sim.Strict)}
		o := store.SyncOptions{Policy: test.policy}
		if test.handler != nil {
			o.Conflicts = map[string]store.ConflictHandler{"Post": test.handler}
		}
		a, b := newClient(t, l, o), newClient(t, l, store.SyncOptions{})
		create(t, a.Store, "Post", store.Fields{"id": "p1", "title": "0", "body": "0"})
		a.sync(t)
		b.sync(t)
		b.edit(t, "Post", "p1", store.Fields{"body": "b"})
		b.sync(t)
		a.edit(t, "Post", "p1", store.Fields{"title": "a"})
		a.sync(t)
		b.sync(t)
		for _, c := range []*client{a, b} {
			p := must(c.Get(ctx, "Post", "p1"))
			require.Equal(t, test.title+" "+test.body, p.String("title")+" "+p.String("body"))
		}
		require.Len(t, a.Rejected(), test.filed)
		require.Contains(t, a.types(), store.SyncConflict)
	}
}

func TestSync_PushesWhatWasThereBeforeAndPullsNothingOverIt(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	st := storetest.Open(t, syncBlog, memory.New())
	for range 3 {
		blog := create(t, st, "Blog", store.Fields{})
		create(t, st, "Post", store.Fields{"blog": blog})
	}
	session, err := st.NewSyncSession(store.SyncOptions{})
	require.NoError(t, err)
	require.NoError(t, session.Prepare(ctx))
	a := &client{Store: st, SyncSession: session, line: l}
	a.sync(t)
	require.Len(t, l.server.Rows(), 6)
	require.Zero(t, a.Pending())
}

func TestSync_RemovesAtTheEndOfAFullResendWhatWasNotNamed(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	l.server.Page = 2
	a := newClient(t, l, store.SyncOptions{})
	for _, id := range []string{"1", "2", "3", "4", "5"} {
		create(t, a.Store, "Post", store.Fields{"id": id})
	}
	a.sync(t)
	other := &line{server: sim.NewServer(sim.Merge)} // as the server would be after it was restored
	b := newClient(t, other, store.SyncOptions{})
	create(t, b.Store, "Post", store.Fields{"id": "3"})
	create(t, b.Store, "Post", store.Fields{"id": "9"})
	b.sync(t)
	create(t, a.Store, "Post", store.Fields{"id": "pending"})
	a.line = other
	require.NoError(t, a.Forget(ctx))
	require.NoError(t, a.pull(t).Err)
	require.ElementsMatch(t, []string{"3", "9", "pending"}, ids(t, a.Store, "Post"))
	require.Equal(t, 1, a.Pending())
}

func TestSync_LearnsThatARecordIsGoneWhichWasPushedBeforeAFullResendCameToItsModel(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	l.server.Page = 1
	a := newClient(t, l, store.SyncOptions{Models: map[string]store.SyncModel{"Blog": {Priority: 1}}})
	b := newClient(t, l, store.SyncOptions{})
	for _, id := range []string{"1", "2"} {
		create(t, b.Store, "Blog", store.Fields{"id": id})
	}
	b.sync(t)
	call := a.Pull(replication.Effect{Number: 1})
	page, err := l.Pull(ctx, call.Request)
	require.NoError(t, err)
	require.True(t, call.Answer(ctx, page, nil).More, "the resend is amid the first models")

	create(t, a.Store, "Post", store.Fields{"id": "pushed"})
	require.NoError(t, a.push(t).Err)
	b.sync(t)
	require.NoError(t, b.Delete(ctx, must(b.Get(ctx, "Post", "pushed"))))
	b.sync(t)
	require.NoError(t, a.pull(t).Err)
	require.ElementsMatch(t, []string{"1", "2"}, ids(t, a.Store, "Blog"))
	require.Empty(t, ids(t, a.Store, "Post"))
}

func TestClear_OfAStoreThatSyncsDeletesNothingOnTheServer(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	a := newClient(t, l, store.SyncOptions{})
	create(t, a.Store, "Post", store.Fields{"id": "1"})
	a.sync(t)
	create(t, a.Store, "Post", store.Fields{"id": "2"})
	require.ErrorIs(t, a.Clear(ctx), store.ErrUnsent)
	require.NoError(t, a.Clear(ctx, store.WithUnsent()))
	require.Empty(t, ids(t, a.Store, "Post"))
	require.Zero(t, a.Pending())
	a.sync(t)
	require.Equal(t, []string{"1"}, ids(t, a.Store, "Post"))
}
