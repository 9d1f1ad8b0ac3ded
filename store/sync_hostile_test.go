//go:build !js || sdl

package store_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/internal/sim"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/replication"
	"github.com/granarydb/granary/store/storetest"
)

var mutants = flag.Int("hostile.mutants", 10_000/share, "how many good answers of a server are made bad")

// strange are values that a server may put in the place of others.
var strange = []string{`null`, `true`, `0`, `-1`, `1e999`, `9007199254740993`, `""`, `"\ud800"`, `"__proto__"`, `[]`, `{}`, `[[[]]]`, `"` + strings.Repeat("x", 3000) + `"`,
	`[1,2,3]`, `{"model":"Post"}`, `"Post"`, `"Nobody"`, `"413"`, strings.Repeat("[", 300) + strings.Repeat("]", 300), `"2026-13-45T99:99:99Z"`}

// mutant makes a good answer a bad one, or perhaps another good one.
func mutant(random *rand.Rand, good []byte) []byte {
	text := slices.Clone(good)
	for range 1 + random.Intn(3) {
		switch random.Intn(7) {
		case 0:
			text = text[:random.Intn(len(text)+1)]
		case 1:
			if len(text) > 0 {
				text[random.Intn(len(text))] ^= 1 << random.Intn(8)
			}
		case 2:
			text = append([]byte("<!doctype html><title>Sign in</title>"), text...)
		default:
			text = replaced(random, text)
		}
	}
	return text
}

// replaced puts something strange in the place of a value, or of a name.
func replaced(random *rand.Rand, text []byte) []byte {
	var v any
	if json.Unmarshal(text, &v) != nil {
		return text
	}
	var places []func(any)
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, member := range v {
				places = append(places, func(x any) { v[name] = x }, func(any) { delete(v, name) }, func(any) { v[name+"x"] = member; delete(v, name) })
				walk(member)
			}
		case []any:
			for i, element := range v {
				places = append(places, func(x any) { v[i] = x })
				walk(element)
			}
		}
	}
	walk(v)
	if len(places) == 0 {
		return text
	}
	places[random.Intn(len(places))](json.RawMessage(strange[random.Intn(len(strange))]))
	out, err := json.Marshal(v)
	if err != nil {
		return []byte(strange[random.Intn(len(strange))])
	}
	return out
}

// What a server says never breaks a store: it is taken in whole, or refused with a
// code, or single records of it are set aside.
func TestHostile_AnswersAreTakenOrRefusedAndNothingHalf(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	codes := map[store.Code]int{}
	asides := 0
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	for round := range max(1, *mutants/100) {
		l := &line{server: sim.NewServer([]sim.Strategy{sim.Merge, sim.Strict}[round%2])}
		l.server.Page = 5
		b := newClient(t, l, store.SyncOptions{})
		for i := range 4 {
			blog := create(t, b.Store, "Blog", store.Fields{"id": "b" + strconv.Itoa(i), "name": "n"})
			create(t, b.Store, "Post", store.Fields{"id": "p" + strconv.Itoa(i), "title": "t", "blog": blog})
		}
		b.sync(t)
		a := newClient(t, l, store.SyncOptions{})
		l.tamper = func(_ bool, answer []byte) []byte { return mutant(random, answer) }
		for i := range 50 {
			if i%5 == 0 {
				create(t, a.Store, "Post", store.Fields{"id": fmt.Sprint("new", i), "title": "mine"})
			}
			for _, e := range []replication.Event{a.push(t), pullOnce(a)} {
				if e.Err != nil {
					codes[store.Code(codeOf(e.Err))]++
				}
			}
		}
		problems, err := a.Check(ctx)
		require.NoError(t, err)
		require.Empty(t, problems)
		asides += len(slices.DeleteFunc(a.types(), func(e store.SyncEventType) bool { return e != store.SyncAside }))

		l.tamper = nil // and once the server comes to its senses, all is well
		require.NoError(t, a.Forget(ctx))
		a.sync(t)
		a.sync(t)
		for at, text := range serverRows(l.server) {
			model, id, _ := strings.Cut(at, " ")
			r, err := a.Get(ctx, model, strings.Trim(id, `"`))
			require.NoError(t, err)
			require.NotNil(t, r, "%s %s", at, text)
		}
		require.NoError(t, a.Close())
		require.NoError(t, b.Close())
	}
	t.Log("codes", codes, "set aside", asides)
	require.GreaterOrEqual(t, codes[store.ErrProtocol], *mutants/10)
	require.GreaterOrEqual(t, asides, *mutants/100)
	for code := range codes {
		require.Contains(t, []store.Code{store.ErrProtocol, store.ErrLimit, "STALE"}, code)
	}
	var after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.Less(t, int64(after.HeapInuse)-int64(before.HeapInuse), int64(64<<20))
}

func pullOnce(c *client) replication.Event {
	call := c.Pull(replication.Effect{Number: 1})
	answer, err := c.line.Pull(ctx, call.Request)
	return call.Answer(ctx, answer, err)
}

// answerTo has the client take in what a server answers to its pull.
func answerTo(c *client, text string) replication.Event {
	return c.Pull(replication.Effect{Number: 1}).Answer(ctx, []byte(text), nil)
}

func TestHostile_PagesBeyondAnyBoundAreRefused(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	a := newClient(t, l, store.SyncOptions{})
	page := func(changes, checkpoint string, more bool) string {
		return `{"changes":[` + changes + `],"checkpoint":` + checkpoint + `,"more":` + strconv.FormatBool(more) + `}`
	}
	one := `{"model":"Post","id":"x","version":"1","data":{"title":"x"}}`
	require.NoError(t, answerTo(a, page(one, `"1"`, true)).Err)
	for name, test := range map[string]struct {
		text string
		code store.Code
	}{
		"nothing":          {``, store.ErrProtocol},
		"HTML":             {`<html>`, store.ErrProtocol},
		"more of nothing":  {page(``, `"1"`, true), store.ErrProtocol},
		"no checkpoint":    {page(one, `null`, false), store.ErrProtocol},
		"no changes":       {`{"checkpoint":"1"}`, store.ErrProtocol},
		"long checkpoint":  {page(one, `"`+strings.Repeat("1", replication.MaxCheckpoint)+`"`, false), store.ErrLimit},
		"too many changes": {page(strings.Repeat("0,", replication.MaxChanges)+"0", `"2"`, false), store.ErrLimit},
		"too deep":         {page(strings.Repeat("[", 1_000_000), `"2"`, false), store.ErrProtocol},
		"too large":        {page(strings.Repeat(" ", replication.MaxBody), `"2"`, false), store.ErrLimit},
		"more is text":     {`{"changes":[],"checkpoint":"1","more":"yes"}`, store.ErrProtocol},
	} {
		e := answerTo(a, test.text)
		require.ErrorIs(t, e.Err, test.code, name)
	}
	require.Equal(t, []string{"x"}, ids(t, a.Store, "Post"))
	for i, checkpoint := range []string{`"2"`, `"3"`, `"4"`} {
		require.NoError(t, answerTo(a, page(one, checkpoint, true)).Err, i)
	}
	require.ErrorIs(t, answerTo(a, page(one, `"2"`, true)).Err, store.ErrProtocol, "round in a circle")
}

func TestHostile_ABadRecordIsSetAsideAndTheRestGoesIn(t *testing.T) {
	l := &line{server: sim.NewServer(sim.Merge)}
	a := newClient(t, l, store.SyncOptions{})
	bad := []string{
		`5`, `{}`, `{"model":"Post"}`, `{"model":"Nobody","id":"1","data":{}}`, `{"model":"Post","id":{},"data":{}}`,
		`{"model":"Post","id":"","data":{}}`, `{"model":"Post","id":["1","2"],"data":{}}`, `{"model":"Post","id":"1","data":{"title":5}}`,
		`{"model":"Post","id":"1","data":{"id":"2"}}`, `{"model":"Post","id":"1","data":[]}`, `{"model":"Post","id":"1"}`,
		`{"model":"Post","id":"1","version":[],"data":{}}`, `{"model":"Post","id":"1","version":"` + strings.Repeat("9", 2000) + `","data":{}}`,
		`{"model":"Post","id":"` + strings.Repeat("i", 2000) + `","data":{}}`,
	}
	good := `{"model":"Post","id":"good","version":1,"data":{"title":"t","unknown":{"__proto__":1}}}`
	text := `{"changes":[` + strings.Join(bad, ",") + `,` + good + `],"checkpoint":9,"more":false,"extra":1}`
	require.NoError(t, answerTo(a, text).Err)
	require.Equal(t, []string{"good"}, ids(t, a.Store, "Post"))
	asides := slices.DeleteFunc(a.events, func(e store.SyncEvent) bool { return e.Type != store.SyncAside })
	require.Len(t, asides, len(bad))
	for _, e := range asides {
		require.Contains(t, []store.Code{store.ErrProtocol, store.ErrInvalid, store.ErrLimit}, store.Code(codeOf(e.Err)))
	}
	require.Equal(t, []byte(`9`), a.Checkpoint())
}

func TestSync_KeepsARecordWhoseTargetIsMissingAndHidesItWhereThatIsIncluded(t *testing.T) {
	const sdl = `type Post @model(timestamps: null) { id: ID! comments: [Comment] @hasMany }
	type Comment @model(timestamps: null) { id: ID! text: String post: Post! @belongsTo }`
	st := storetest.Open(t, sdl, memory.New())
	session, err := st.NewSyncSession(store.SyncOptions{})
	require.NoError(t, err)
	require.NoError(t, session.Prepare(ctx))
	a := &client{Store: st, SyncSession: session}
	live, err := st.Live("Comment", store.Include("post"))
	require.NoError(t, err)
	defer live.Close()
	require.NoError(t, answerTo(a, `{"changes":[{"model":"Comment","id":"c","version":"1","data":{"postCommentsId":"p"}}],"checkpoint":"1"}`).Err)
	require.Equal(t, []string{"c"}, ids(t, st, "Comment"))
	require.Empty(t, ids(t, st, "Comment", store.Include("post")))
	a.edit(t, "Comment", "c", store.Fields{"text": "edited"})

	require.NoError(t, answerTo(a, `{"changes":[{"model":"Post","id":"p","version":"2","data":{}}],"checkpoint":"2"}`).Err)
	list, err := st.Query(ctx, "Comment", store.Include("post"))
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, "p", list[0].Included("post")[0].ID())
	shown := 0
	st.Changed(func(_ *store.Live, answer store.Answer, err error) {
		require.NoError(t, err)
		shown = len(answer.Refs)
	})
	require.Equal(t, 1, shown)
}
