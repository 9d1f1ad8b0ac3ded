package server_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/server"
)

func at(clock int64) string { return time.UnixMilli(clock).UTC().Format(time.RFC3339Nano) }

func TestLastWrite_WinsByTheClientsClocks(t *testing.T) {
	s := open(t, func(o *server.Options) { o.Policy = server.LastWrite })
	base := s.apply(create("Note", "n", object{"text": "0"}))["n"]["version"]
	write := func(clock int64, base any, text string) object {
		m := s.mutation(update("Note", "n", base, object{"text": text}))
		m["at"] = at(clock)
		return records(s.push(array{m})[0])["n"]
	}
	s.clock.Store(noon + 10_000)
	require.Nil(t, write(noon+5000, base, "5 s")["data"])
	lost := write(noon+3000, base, "3 s")
	require.Equal(t, "5 s", lost["data"].(object)["text"], "it was made earlier, and is told what stands")
	seen := write(noon+3000, lost["version"], "seen")
	require.Nil(t, seen["data"], "who has seen the last write comes after it, whatever his clock says")
	require.Equal(t, "late", write(noon+6000, base, "late")["data"].(object)["text"])
	write(noon+99_000_000, nil, "from the future")
	s.clock.Store(noon + 20_000)
	require.Equal(t, "now", write(noon+15_000, base, "now")["data"].(object)["text"], "the future is no later than now")
}

func TestCreate_OfWhatIsThereMerges(t *testing.T) {
	s := open(t, nil)
	s.apply(create("Post", "p", object{"title": "1", "owner": "ann"}))
	told := s.apply(create("Post", "p", object{"title": "2"}))["p"]
	require.Equal(t, []any{"2", "ann"}, []any{told["data"].(object)["title"], told["data"].(object)["owner"]})
	strict := open(t, func(o *server.Options) { o.Policy = server.Strict })
	strict.apply(create("Note", "n", object{"text": "1"}))
	r := strict.refuse("conflict", create("Note", "n", object{"text": "2"}))
	require.Equal(t, "1", records(r)["n"]["data"].(object)["text"])
}

func TestResult_HasDataWhenTheServerFilledThemIn(t *testing.T) {
	s := open(t, nil)
	data := s.apply(create("Post", "p", object{"title": "t"}))["p"]["data"].(object)
	require.Equal(t, at(noon), strings.Replace(data["createdAt"].(string), ".000Z", "Z", 1))
	require.Equal(t, 7.0, data["rank"])
	given := object{"title": "t", "rank": 1, "createdAt": "2020-01-01T00:00:00.000Z", "updatedAt": "2020-01-01T00:00:00.000Z"}
	require.Nil(t, s.apply(create("Post", "q", given))["q"]["data"], "what the client gave stays")
	s.clock.Add(1000)
	updated := s.apply(update("Post", "q", nil, object{"title": "u"}))["q"]["data"].(object)
	require.NotEqual(t, given["updatedAt"], updated["updatedAt"])
	require.Equal(t, given["createdAt"], updated["createdAt"])
	version := s.there()["q"]["version"]
	require.Equal(t, version, s.apply(update("Post", "q", nil, object{"title": "u"}))["q"]["version"], "nothing was changed")
}

func TestUpdate_OfWhatIsNotThereIsAConflict(t *testing.T) {
	s := open(t, nil)
	require.Equal(t, true, records(s.refuse("conflict", update("Note", "n", nil, object{"text": "x"})))["n"]["gone"])
	s.apply(create("Note", "n", object{}))
	s.apply(remove("Note", "n"))
	told := records(s.refuse("conflict", update("Note", "n", nil, object{"text": "x"})))["n"]
	require.Equal(t, true, told["deleted"])
	require.Equal(t, "2", told["version"])
}

func TestKeys_OfSeveralFieldsAreArrays(t *testing.T) {
	s := open(t, nil)
	s.apply(create("Place", array{"DE", 5}, object{"name": "x"}))
	all, _, _ := s.pull(nil, nil)
	require.Equal(t, object{"country": "DE", "number": 5.0, "name": "x"}, all["[DE 5]"]["data"])
	s.apply(update("Place", array{"DE", 5}, nil, object{"name": "y"}), remove("Place", array{"DE", 6}))
	for _, id := range []any{"DE", array{"DE"}, array{"DE", 5, 6}, array{"DE", "5"}, array{"", 5}, nil, 5, object{}} {
		require.Equal(t, "INVALID", s.refuse("rejected", create("Place", id, object{}))["error"].(object)["code"], id)
	}
	r := s.refuse("rejected", create("Place", array{"DE", 7}, object{"number": 8}))
	require.Equal(t, "number", r["error"].(object)["field"])
	s.refuse("rejected", create("Note", "a", object{"id": "b"}))
	s.refuse("rejected", create("Note", strings.Repeat("x", 2000), object{}))
}

func TestErrors_NameWhatIsWrongAndWhatWouldBeRight(t *testing.T) {
	s := open(t, nil)
	for _, c := range []struct {
		op   object
		want object
	}{
		{create("Pots", "p", object{}), object{"code": "INVALID", "field": "ops[0].model", "message": `the schema has no model "Pots": did you mean Post?`}},
		{create("Post", "p", object{}), object{"code": "INVALID", "model": "Post", "field": "title", "message": "is required: give a value of type String!"}},
		{create("Post", "p", object{"tite": "x"}), object{"code": "INVALID", "model": "Post", "field": "tite", "message": "is no field of Post: did you mean title?"}},
		{object{"op": "upsert", "model": "Post", "id": "p"}, object{"code": "INVALID", "field": "ops[0].op", "message": `must be "create", "update" or "delete", got "upsert"`}},
		{object{"op": "create", "model": "Post", "id": "p"}, object{"code": "INVALID", "field": "ops[0].data", "message": "must be an object of fields"}},
	} {
		require.Equal(t, c.want, s.refuse("rejected", c.op)["error"])
	}
}

func TestWriteHook_RefusesForGoodOrForNow(t *testing.T) {
	var answer error
	var asked server.Change
	s := open(t, func(o *server.Options) {
		o.Hooks.Write = func(_ context.Context, u server.User, c server.Change) error {
			asked = c
			return answer
		}
	})
	s.apply(create("Note", "n", object{"text": "1"}))
	require.Equal(t, []any{"create", nil, "1"}, []any{asked.Op, asked.Before.Get("text"), asked.After.Text("text")})
	answer = server.Forbid("only on Mondays")
	first, second := s.mutation(update("Note", "n", nil, object{"text": "2"})), s.mutation(remove("Note", "n"))
	r := s.push(array{first, second})
	require.Equal(t, object{"code": "FORBIDDEN", "model": "Note", "message": "only on Mondays"}, r[0]["error"])
	require.Equal(t, "rejected", r[1]["status"])
	require.Equal(t, []any{"delete", "1", nil}, []any{asked.Op, asked.Before.Get("text"), asked.After.Get("text")})
	answer = nil
	require.Equal(t, "rejected", s.push(array{first})[0]["status"], "what was said is final")

	for _, answer = range []error{server.ErrRetry, errors.New("the database of rights does not answer")} {
		a, b := s.mutation(update("Note", "n", nil, object{"text": "3"})), s.mutation(create("User", "u", object{}))
		r = s.push(array{a, b})
		require.Equal(t, []any{"retry", "retry"}, []any{r[0]["status"], r[1]["status"]})
		answer = nil
		r = s.push(array{a, b})
		require.Equal(t, []any{"applied", "applied"}, []any{r[0]["status"], r[1]["status"]})
		s.apply(remove("User", "u"), update("Note", "n", nil, object{"text": "1"}))
	}
}

func TestPanic_OfAHookEndsItsCallAlone(t *testing.T) {
	calls := 0
	s := open(t, func(o *server.Options) {
		o.Hooks.Write = func(context.Context, server.User, server.Change) error {
			if calls++; calls == 1 {
				panic("oh")
			}
			return nil
		}
	})
	m := s.mutation(create("Note", "n", object{}))
	status, got, _ := s.call("/push", object{"protocol": 1, "mutations": array{m}})
	require.Equal(t, http.StatusInternalServerError, status)
	require.Equal(t, "INTERNAL", got["error"].(object)["code"])
	require.Equal(t, "applied", s.push(array{m})[0]["status"])
}

func TestMutation_OfAnotherUserIsNotToldOf(t *testing.T) {
	s := open(t, nil)
	m := s.mutation(create("Note", "n", object{"text": "secret"}))
	s.push(array{m}, "User", "ann")
	r := s.push(array{m}, "User", "bob")[0]
	require.Equal(t, "rejected", r["status"])
	require.Nil(t, r["records"])
}

func TestTenants_NeverMeet(t *testing.T) {
	s := open(t, nil)
	m := s.mutation(create("Note", "n", object{"text": "east"}))
	require.Equal(t, "applied", s.push(array{m}, "Tenant", "east")[0]["status"])
	all, east, _ := s.pull(nil, nil, "Tenant", "west")
	require.Empty(t, all)
	m["ops"] = []object{create("Note", "n", object{"text": "west"})}
	require.Equal(t, "1", records(s.push(array{m}, "Tenant", "west")[0])["n"]["version"], "ids and versions are each tenant's own")
	_, _, reset := s.pull(east, nil, "Tenant", "east")
	require.True(t, reset, "a checkpoint is of one tenant")
}
