//go:build !js || sdl

package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/internal/sim"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/replication"
	"github.com/granarydb/granary/store/storetest"
)

// weighed is a Backend that counts the bytes which are written.
type weighed struct {
	log.Backend
	bytes int
}

func (w *weighed) Append(ctx context.Context, a log.Append) error {
	w.bytes += len(a.Data)
	return w.Backend.Append(ctx, a)
}

// threeChanges is a client with so many posts that the server has, and three changes
// of all of them under way, each of them mutations of up to 1,000 records.
func threeChanges(t testing.TB, posts int, o store.SyncOptions) (*client, *weighed) {
	t.Helper()
	w := &weighed{Backend: memory.New().Handle()}
	l := &line{server: sim.NewServer(sim.Strict)}
	c := &client{Store: storetest.Open(t, syncBlog, w), line: l}
	var err error
	c.SyncSession, err = c.NewSyncSession(o)
	require.NoError(t, err)
	require.NoError(t, c.Prepare(ctx))
	for round := range 4 {
		puts := make([]store.Put, posts)
		for i := range puts {
			puts[i] = store.Put{Model: "Post", Row: fmt.Appendf(nil, `{"id":"%d","title":"%d"}`, i, round), Edited: round > 0, Changed: []string{"title"}}
		}
		commit, err := c.BeginSave(puts)
		require.NoError(t, err)
		require.NoError(t, commit.Wait(ctx))
		if round == 0 {
			c.sync(t)
		}
	}
	require.Equal(t, 3*((posts+999)/1000), c.Pending())
	return c, w
}

// cost is what an answer to the first push costs: allocations, and bytes written.
func cost(t testing.TB, posts int, o store.SyncOptions, tamper func(answer []byte) []byte) (allocations, bytes int) {
	c, w := threeChanges(t, posts, o)
	call := c.Push(ctx, replication.Effect{Number: 1, Limit: 1})
	answer, err := c.line.Push(ctx, call.Request)
	require.NoError(t, err)
	answer = tamper(answer)
	var before, after runtime.MemStats
	written := w.bytes
	runtime.ReadMemStats(&before)
	require.NoError(t, call.Answer(ctx, answer, nil).Err)
	runtime.ReadMemStats(&after)
	return int(after.Mallocs - before.Mallocs), w.bytes - written
}

// What an answer costs grows with the records of the change, and not with their
// square: four times as many cost about four times as much.
func TestAnswer_ToAChangeOfManyRecordsCostsSoMuchForEach(t *testing.T) {
	reject := func(answer []byte) []byte {
		return fmt.Appendf(nil, `{"results":[{"id":%s,"status":"rejected","error":{"code":"no","message":"not today"}}]}`, idIn(t, answer))
	}
	for name, tamper := range map[string]func([]byte) []byte{
		"applied":  func(answer []byte) []byte { return answer },
		"rejected": reject,
		"conflict": func(answer []byte) []byte {
			var a struct{ Results []map[string]any }
			require.NoError(t, json.Unmarshal(answer, &a))
			a.Results[0]["status"] = "conflict"
			for _, c := range a.Results[0]["records"].([]any) {
				c.(map[string]any)["data"] = map[string]any{"title": "theirs", "body": "theirs"}
			}
			changed, err := json.Marshal(a)
			require.NoError(t, err)
			return bytes.ReplaceAll(changed, []byte("Results"), []byte("results"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			few, fewBytes := cost(t, 200, store.SyncOptions{}, tamper)
			many, manyBytes := cost(t, 800, store.SyncOptions{}, tamper)
			require.Less(t, many, 8*few, "allocations: %d of 200, %d of 800", few, many)
			require.Less(t, manyBytes, 8*fewBytes, "bytes written: %d of 200, %d of 800", fewBytes, manyBytes)
		})
	}
}

// idIn is the id of the first result of an answer, as JSON text.
func idIn(t testing.TB, answer []byte) []byte {
	t.Helper()
	var a struct {
		Results []struct{ ID json.RawMessage }
	}
	require.NoError(t, json.Unmarshal(answer, &a))
	return a.Results[0].ID
}

// BenchmarkAnswer takes the answer to a push that rejects a change of 10,000 records.
func BenchmarkAnswer(b *testing.B) {
	b.Run("rejected-10000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			c, _ := threeChanges(b, 10_000, store.SyncOptions{})
			call := c.Push(ctx, replication.Effect{Number: 1, Limit: 100})
			answer, err := c.line.Push(ctx, call.Request)
			require.NoError(b, err)
			var a struct{ Results []map[string]any }
			require.NoError(b, json.Unmarshal(answer, &a))
			for _, r := range a.Results[:10] {
				r["status"], r["error"], r["records"] = "rejected", map[string]string{"code": "no", "message": "not today"}, nil
			}
			answer, err = json.Marshal(map[string]any{"results": a.Results[:10]})
			require.NoError(b, err)
			b.StartTimer()
			require.NoError(b, call.Answer(ctx, answer, nil).Err)
			b.StopTimer()
			require.NoError(b, c.Store.Close())
			b.StartTimer()
		}
	})
}
