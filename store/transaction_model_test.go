//go:build !js || sdl

package store_test

import (
	"context"
	"flag"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/storetest"
)

var transactionSeeds = flag.Int("transaction.seeds", 300, "how many random histories of transactions are played")

const (
	mostOpen         = 4
	transactionSteps = 200
)

// told is a verb of a transaction with what it answered, and the same verb for a
// transaction of the reference.
type told struct {
	what   string
	answer any
	again  func(*storetest.Transaction) any
}

// under is a transaction under way.
type under struct {
	*store.Tx
	st     *store.Store
	log    []told
	doomed bool // a verb has met a conflict
}

// rerun does everything again on a reference. It returns the verb whose answer is
// another one now, nil when there is none.
func (u *under) rerun(r *storetest.Reference) (*storetest.Transaction, *told) {
	t := r.Begin()
	for i := range u.log {
		if !reflect.DeepEqual(u.log[i].again(t), u.log[i].answer) {
			return t, &u.log[i]
		}
	}
	return t, nil
}

// duel is a game with transactions in it.
type duel struct {
	*game
	open    []*under
	history []*storetest.Reference // all states there were
	commits []*store.Commit
	follows bool // every store knows all that is in storage
}

// values turns rows of the engine into those of the reference.
func values(st *store.Store, rows []record.Row, model func(i int) string) []storetest.Row {
	list := []storetest.Row{}
	for i, row := range rows {
		list = append(list, record.GoValue(st.AppendJSON(nil, st.Schema().Model(model(i)), row)).(storetest.Row))
	}
	return list
}

func answerOf(rows []storetest.Row, err error) any {
	if err != nil {
		return codeOf(err)
	}
	return rows
}

// verb lets a transaction do something, and looks whether the answer is that of the
// reference in its present state with the transaction's own writes.
func (d *duel) verb(u *under) {
	var v told
	switch d.IntN(8) {
	case 0, 1:
		puts := []store.Put{d.put()}
		for d.Chance(3) {
			puts = append(puts, d.put())
		}
		rows, err := u.Put(func(take func(*store.Put) error) error {
			for _, p := range puts {
				if err := take(&p); err != nil {
					return err
				}
			}
			return nil
		}, len(puts))
		v = told{"save", answerOf(values(u.st, rows, func(i int) string { return puts[i].Model }), err),
			func(t *storetest.Transaction) any { return referred(t.Save(puts)) }}
	case 2:
		deletion := d.deletion()
		rows, err := u.DeleteRows(deletion)
		v = told{"delete", answerOf(values(u.st, rows, func(int) string { return deletion.Model }), err),
			func(t *storetest.Transaction) any { return referred(t.Delete(deletion)) }}
	case 3:
		q := d.query()
		n, err := u.Count(q)
		v = told{"count", n, func(t *storetest.Transaction) any { return len(t.Query(q)) }}
		if err != nil {
			v.answer = codeOf(err)
		}
	case 4, 5:
		q := d.query()
		if d.Chance(2) {
			q.Page, q.Limit = d.IntN(2), 1+d.IntN(3)
		}
		rows, err := u.Find(q)
		v = told{"query", answerOf(values(u.st, rows, func(int) string { return q.Model }), err),
			func(t *storetest.Transaction) any { return referred(t.Query(q), "") }}
	default:
		del := d.deletion()
		for del.Keys == nil {
			del = d.deletion()
		}
		rows, err := u.FindKey(del.Model, del.Keys[0])
		q := store.Query{Model: del.Model, Limit: -1, Where: keyIs(d.schema.Model(del.Model), del.Keys[0])}
		v = told{"get", answerOf(values(u.st, rows, func(int) string { return del.Model }), err),
			func(t *storetest.Transaction) any { return referred(t.Query(q), "") }}
	}
	d.stats["tx "+v.what]++
	d.learn(u, v)
}

// learn takes in an answer: a conflict, or what is right now.
func (d *duel) learn(u *under, v told) {
	_, differs := u.rerun(d.want)
	if u.doomed {
		require.Equal(d, store.ErrConflict, v.answer, "%s after a conflict\n%s", v.what, d.replay)
		return
	}
	if v.answer == store.ErrConflict && store.Conflicts(u.Tx) {
		if d.follows {
			require.NotNil(d, differs, "a conflict without a reason\n%s", d.replay)
		}
		u.doomed = true
		d.stats["tx verb in conflict"]++
		return
	}
	if d.follows {
		require.Nil(d, differs, "%s went on although an answer is no longer right\n%s", v.what, d.replay)
	}
	u.log = append(u.log, v)
	if _, differs = u.rerun(d.want); d.follows && differs != nil {
		tr, _ := (&under{log: u.log[:len(u.log)-1]}).rerun(d.want)
		require.Equal(d, v.again(tr), v.answer, "%s\n%s", v.what, d.replay)
	}
}

func referred(rows []storetest.Row, c store.Code) any {
	if c != "" {
		return c
	}
	return append([]storetest.Row{}, rows...)
}

func (d *duel) query() store.Query {
	m := storetest.Pick(d.Generator, d.schema.Models)
	return store.Query{Model: m.Name, Limit: -1, Where: []byte(d.Predicate(m, d.IntN(3)))}
}

// keyIs is the predicate of a key.
func keyIs(m *schema.Model, key []byte) []byte {
	text := `{"and":[`
	for i, value := range record.GoValue(key).([]any) {
		if i > 0 {
			text += ","
		}
		v, err := record.AppendGo(nil, value)
		if err != nil {
			panic(err)
		}
		text += fmt.Sprintf(`{"field":%q,"op":"eq","value":%s}`, m.Fields[m.Key[i]].Name, v)
	}
	return []byte(text + "]}")
}

// commit ends a transaction, and finds that it did what the same verbs do one after
// the other at this moment; or that they would answer otherwise, and it did nothing.
func (d *duel) commit(u *under) {
	tr, differs := u.rerun(d.want)
	head := store.Head(u.st)
	c, err := u.Commit()
	if err == nil && (!d.follows || d.Chance(2)) {
		err = c.Wait(context.Background())
	}
	conflict := u.Rollback()
	switch {
	case conflict != nil:
		require.Equal(d, store.ErrConflict, codeOf(err), d.replay)
		if d.follows && !u.doomed {
			require.NotNil(d, differs, "a conflict without a reason: %v\n%s", err, d.replay)
		}
		d.stats["tx in conflict"]++
		return
	case err == nil && !d.follows && store.Head(u.st) == head:
		require.True(d, slices.ContainsFunc(d.history, func(r *storetest.Reference) bool {
			_, differs := u.rerun(r)
			return differs == nil
		}), "what a transaction has read was never true\n%s", d.replay)
		d.stats["tx that only read"]++
		return
	case err != nil && !d.follows:
		require.Equal(d, store.ErrReference, codeOf(err), "%v\n%s", err, d.replay)
		return // perhaps by what the store knew
	}
	require.Nil(d, differs, "committed although an answer is no longer right: %+v\n%s", differs, d.replay)
	require.Equal(d, tr.Commit(), codeOf(err), "%v\n%s", err, d.replay)
	d.stats["tx "+string(codeOf(err))]++
	if err == nil {
		d.commits = append(d.commits, c)
		d.history = append(d.history, d.want.Clone())
		d.stats["tx verbs"] += len(u.log)
	}
}

// outside is a change that no transaction makes.
func (d *duel) outside(st *store.Store) {
	m := d.move()
	if !d.follows {
		require.NoError(d, store.Follow(st), d.replay)
	}
	want := m.apply(d.want)
	c, err := m.begin(st)
	require.Equal(d, want, codeOf(err), "%s: %v\n%s", m.kind, err, d.replay)
	if err == nil {
		d.commits = append(d.commits, c)
		d.history = append(d.history, d.want.Clone())
	}
	if err == nil && (!d.follows || d.Chance(2)) {
		require.NoError(d, c.Wait(context.Background()), d.replay)
	}
	d.stats["outside"]++
}

func (d *duel) step() {
	st := d.stores[d.IntN(len(d.stores))]
	switch n := d.IntN(14); {
	case n == 0 && d.follows:
		d.agree(st) // nobody sees what is not committed
	case n < 3:
		d.outside(st)
	case n < 5 && len(d.open) < mostOpen:
		d.open = append(d.open, &under{Tx: st.BeginTransaction(), st: st})
	case n < 12 && len(d.open) > 0:
		d.verb(storetest.Pick(d.Generator, d.open))
	case n == 12 && len(d.open) > 0:
		i := d.IntN(len(d.open))
		d.commit(d.open[i])
		d.open = slices.Delete(d.open, i, i+1)
	case n == 13 && d.Chance(8) && len(d.open) > 0:
		require.Equal(d, d.open[0].doomed, d.open[0].Rollback() != nil, d.replay)
		d.open = d.open[1:]
		d.stats["rollback"]++
	}
	d.remember()
}

// fight plays histories, and fails if too little of what it is for has happened.
func fight(t *testing.T, stores int) {
	t.Parallel()
	stats := map[string]int{}
	for seed := *modelSeed; seed < *modelSeed+uint64(*transactionSeeds); seed++ {
		d := &duel{game: newGame(t, seed, stores), follows: stores == 1}
		d.game.stats = stats
		d.game.replay = fmt.Sprintf("go test ./store -run '^%s$' -model.seed=%d -transaction.seeds=1", t.Name(), seed)
		d.history = append(d.history, d.want.Clone())
		for range transactionSteps {
			d.step()
		}
		for _, c := range d.commits {
			require.NoError(t, c.Wait(context.Background()), d.replay)
		}
		d.end()
	}
	t.Log(*transactionSeeds, "seeds:", stats)
	for _, what := range []string{"tx ", "tx save", "tx delete", "tx query", "tx count", "tx get", "outside"} {
		require.GreaterOrEqual(t, stats[what], *transactionSeeds, what)
	}
	require.GreaterOrEqual(t, stats["tx verbs"], 2**transactionSeeds)
	require.GreaterOrEqual(t, stats["tx verb in conflict"]+stats["tx that only read"], *transactionSeeds/4)
	require.GreaterOrEqual(t, stats["tx in conflict"], *transactionSeeds/4)
}

func TestTransactions_AreAsIfEachRanByItselfWhenItCommits(t *testing.T) { fight(t, 1) }

func TestTransactions_OfSeveralTabsAreAsIfEachRanByItself(t *testing.T) { fight(t, 3) }
