//go:build !js || sdl

package store_test

import (
	"context"
	"flag"
	"fmt"
	"github.com/granarydb/granary/store/record"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/internal/fault"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/storetest"
)

// act is one change, for a store and for the reference.
type act struct {
	run   func(*store.Store) error
	apply func(*storetest.Reference) store.Code
	befal func(*victim) // something else that happens, in place of both
}

func puts(list ...store.Put) act {
	return act{func(st *store.Store) error {
		c, err := st.BeginSave(append([]store.Put{}, list...))
		if err == nil {
			err = c.Wait(context.Background())
		}
		return err
	}, func(r *storetest.Reference) store.Code { return r.Save(list) }, nil}
}

func put(model, row string) store.Put { return store.Put{Model: model, Row: []byte(row)} }

func edit(model, row string, changed ...string) store.Put {
	return store.Put{Model: model, Row: []byte(row), Edited: true, Changed: changed}
}

func deletes(d store.Deletion) act {
	return act{func(st *store.Store) error {
		c, err := st.BeginDelete(d)
		if err == nil {
			err = c.Wait(context.Background())
		}
		return err
	}, func(r *storetest.Reference) store.Code {
		_, c := r.Delete(d)
		return c
	}, nil}
}

// transacts is one transaction: saves some, deletes others, looks at an author.
func transacts(deletion store.Deletion, list ...store.Put) act {
	get := store.Query{Model: "Author", Limit: -1}
	return act{func(st *store.Store) error {
		return st.Transaction(context.Background(), func(tx *store.Tx) error {
			for _, p := range list {
				if _, err := tx.Put(func(take func(*store.Put) error) error { return take(&p) }, 1); err != nil {
					return err
				}
			}
			if _, err := tx.DeleteRows(deletion); err != nil {
				return err
			}
			_, err := tx.Find(get)
			return err
		})
	}, func(r *storetest.Reference) store.Code {
		t := r.Begin()
		for _, p := range list {
			if _, c := t.Save([]store.Put{p}); c != "" {
				return c
			}
		}
		if _, c := t.Delete(deletion); c != "" {
			return c
		}
		return t.Commit()
	}, nil}
}

func clears() act {
	return act{func(st *store.Store) error { return st.Clear(context.Background()) },
		func(r *storetest.Reference) store.Code {
			r.Clear()
			return ""
		}, nil}
}

func keys(model string, list ...string) store.Deletion {
	d := store.Deletion{Model: model}
	for _, k := range list {
		d.Keys = append(d.Keys, []byte(k))
	}
	return d
}

// connects connects an author with clubs, or parts them.
func connects(part bool, author string, clubs ...string) act {
	return act{func(st *store.Store) error {
		c := store.Connection{Relation: st.Schema().Model("Author").Relation("clubs"), Values: fmt.Appendf(nil, "[%q]", author), Remove: part}
		for _, club := range clubs {
			c.Keys = append(c.Keys, fmt.Appendf(nil, "[%q]", club))
		}
		commit, err := st.BeginConnect(c)
		if err == nil {
			err = commit.Wait(ctx)
		}
		return err
	}, func(r *storetest.Reference) store.Code { return connect(r, part, author, clubs) }, nil}
}

// connect is what connects does, where the id of a join is the two that it joins.
func connect(r *storetest.Reference, part bool, author string, clubs []string) store.Code {
	joins := r.Schema.Model("Author").Relation("clubs").Target
	var list []store.Put
	d := store.Deletion{Model: joins.Name, Keys: [][]byte{}}
	for _, club := range clubs {
		id := author + " " + club
		d.Keys = append(d.Keys, fmt.Appendf(nil, "[%q]", id))
		if !slices.ContainsFunc(r.Rows(joins.Name), func(row storetest.Row) bool { return row["id"] == id }) {
			list = append(list, put(joins.Name, fmt.Sprintf(`{"id":%q,"authorId":%q,"clubId":%q}`, id, author, club)))
		}
	}
	if part {
		_, c := r.Delete(d)
		return c
	}
	return r.Save(list)
}

// together sends commits that have nothing to do with each other on their way, of
// one record each, and waits for them then.
func together(list ...store.Put) act { return act{befal: func(v *victim) { v.together(list) }} }

// hurried is together, each as soon as it is there, as when a page is being left.
func hurried(list ...store.Put) act {
	return act{befal: func(v *victim) {
		v.st.Hurry()
		v.together(list)
		v.st.Wake()
	}}
}

// together begins the commits, one for each, and waits for them in turn.
func (v *victim) together(list []store.Put) {
	commits, errs := make([]*store.Commit, len(list)), make([]error, len(list))
	for i, p := range list {
		commits[i], errs[i] = v.st.BeginSave([]store.Put{p})
	}
	for i, c := range commits {
		if c != nil {
			errs[i] = c.Wait(ctx)
		}
		v.after(puts(list[i]), errs[i])
	}
}

// elsewhere lets another tab save, which meets no faults.
func elsewhere(list ...store.Put) act {
	a := puts(list...)
	return act{befal: func(v *victim) {
		o := v.options
		o.Backend = v.storage.Handle()
		st, err := store.Open(ctx, o)
		require.NoError(v, err)
		require.NoError(v, a.run(st))
		require.NoError(v, st.Close())
		v.after(a, nil)
	}}
}

// reopens closes the store and opens it again, with another schema if there is one.
func reopens(s *schema.Schema) act {
	if s == nil {
		return becomes(func(*store.Options) {}, func(r *storetest.Reference) *storetest.Reference { return r })
	}
	return becomes(func(o *store.Options) { o.Schema = s }, func(r *storetest.Reference) *storetest.Reference { return fitted(r, s) })
}

// migrates is reopens with the next version of the app, which gives authors a motto.
func migrates(s *schema.Schema) act {
	migrate := func(ctx context.Context, m *store.Migration) error {
		authors, err := m.Query(ctx, "Author")
		for _, a := range authors {
			if a, err = a.With(store.Fields{"motto": "of " + a.String("name")}); err == nil {
				_, err = m.Save(ctx, a)
			}
			if err != nil {
				break
			}
		}
		return err
	}
	return becomes(func(o *store.Options) { o.Schema, o.Version, o.Migrate = s, 2, map[int]store.MigrateFunc{2: migrate} },
		func(r *storetest.Reference) *storetest.Reference {
			r = fitted(r, s)
			for _, row := range r.Rows("Author") {
				row["motto"] = fmt.Sprint("of ", row["name"])
			}
			return r
		})
}

// becomes closes the store and opens it again as something that makes other records
// of those that there are.
func becomes(what func(*store.Options), records func(*storetest.Reference) *storetest.Reference) act {
	return act{befal: func(v *victim) {
		require.NoError(v, v.st.Close())
		what(&v.options)
		for i, r := range v.states {
			v.states[i] = records(r)
		}
		for v.open() != nil && !v.b.Crashed() {
		}
		if !v.b.Crashed() {
			if i := v.held(v.st, "after it was opened again"); i >= 0 {
				v.states = v.states[i:][:1]
			}
		}
	}}
}

// fitted are the same records under another schema.
func fitted(r *storetest.Reference, s *schema.Schema) *storetest.Reference {
	out := storetest.NewReference(s, r.Now)
	for _, m := range s.Models {
		for _, row := range r.Rows(m.Name) {
			fresh := storetest.Row{}
			for _, f := range m.Fields {
				value, ok := row[f.Name]
				if !ok && f.Default != nil {
					value = record.GoValue(f.Default)
				}
				fresh[f.Name] = value
			}
			out.Add(m.Name, fresh)
		}
	}
	return out
}

// grown is Library some versions of the app later: fields that are new, gone, or of
// a wider type, and a model more and one less.
var grown = strings.NewReplacer(
	"age: Int @index", "age: Float @index motto: String @default(value: \"none\")",
	"pages: Int", "shelf: Shelf @belongsTo",
	"type Lamp @model {", "type Shelf @model(timestamps: null) { id: ID! books: [Book] @hasMany }\ntype Lamp @model {",
	"type Loan @model(timestamps: null) {\n  id: ID!\n  at: AWSDateTime\n  book: Book @belongsTo\n}", "",
	"  loans: [Loan] @hasMany(onDelete: RESTRICT)\n", "",
).Replace(storetest.Library)

// workload is what faults are tried on.
type workload struct {
	name string
	acts []act
	fold int // entries after which the log is folded
}

func workloads(t *testing.T) []workload {
	family := []store.Put{put("Author", `{"id":"a","name":"Ada"}`), put("Book", `{"id":"b","title":"B","authorBooksId":"a"}`),
		put("Chapter", `{"part":"1","number":1,"bookChaptersId":"b"}`), put("Chapter", `{"part":"1","number":2,"bookChaptersId":"b"}`)}
	loan := put("Loan", `{"id":"l","bookLoansId":"b"}`)
	clubs := []store.Put{put("Author", `{"id":"a","name":"Ada"}`), put("Author", `{"id":"e","name":"Eve"}`), put("Club", `{"id":"c"}`), put("Club", `{"id":"d"}`)}
	house := []store.Put{put("Floor", `{"id":"f","level":1}`), put("Room", `{"id":"r","floorId":"f"}`), put("Room", `{"id":"s","floorId":"f"}`), put("Desk", `{"id":"d","roomId":"r"}`)}
	var batch []store.Put
	for i := range 32 {
		batch = append(batch, put("Book", fmt.Sprintf(`{"id":"b%d","title":"t","authorBooksId":"a%d"}`, i, i)),
			put("Author", fmt.Sprintf(`{"id":"a%d","name":"n"}`, i)))
	}
	var floors []store.Put
	var single []act
	for i := range 12 {
		floors = append(floors, put("Floor", fmt.Sprintf(`{"id":"f%d","level":%d}`, i, i)))
		single = append(single, puts(floors[i]))
	}
	tall := []byte(`{"field":"age","op":"gt","value":10}`)
	young, old := put("Author", `{"id":"a","name":"Ada","age":5}`), put("Author", `{"id":"a","name":"Ada","age":50}`)
	old.Condition = tall
	leave := keys("Author", `["a"]`)
	leave.Condition = tall
	later := storetest.Schema(t, grown)
	return []workload{
		{"save", single[:8], 3},
		{"update", []act{puts(family...), puts(edit("Author", `{"id":"a","name":"x","age":1}`, "age")), puts(edit("Author", `{"id":"a","name":"Eve"}`, "name")),
			puts(edit("Book", `{"id":"b","title":"B","authorBooksId":null}`, "authorBooksId")), puts(put("Author", `{"id":"a","name":"Ada","tags":["x"]}`)),
			puts(put("Author", `{"id":"a","name":"Ada","tags":["x"]}`))}, 3},
		{"conditional", []act{puts(young), puts(old), puts(put("Author", `{"id":"a","name":"Ada","age":11}`)), puts(old), deletes(leave), puts(young), deletes(leave)}, 3},
		{"cascade", []act{puts(family...), puts(loan), deletes(keys("Author", `["a"]`)), deletes(keys("Loan", `["l"]`)),
			deletes(keys("Author", `["a"]`)), puts(house...), deletes(keys("Floor", `["f"]`)), puts(family...),
			deletes(store.Deletion{Model: "Book", Where: []byte(`{"relation":"author","some":{"all":true}}`)})}, 3},
		{"many to many", []act{puts(clubs...), connects(false, "a", "c", "d"), connects(false, "e", "d"), connects(false, "a", "d"), connects(true, "a", "c"),
			connects(false, "a", "nowhere"), connects(false, "a", "c"), deletes(keys("Author", `["a"]`)), deletes(keys("Club", `["d"]`))}, 3},
		{"batch of 64", []act{puts(batch...), puts(family[0]), puts(batch[:10]...), deletes(keys("Author", `["a1"]`, `["a2"]`, `["zz"]`))}, 3},
		{"transaction", []act{transacts(keys("Loan", `["l"]`), family...), puts(loan), transacts(keys("Author", `["a"]`), family[1]),
			transacts(keys("Loan", `["l"]`), batch[:6]...), transacts(keys("Author", `["a"]`), edit("Author", `{"id":"a","name":"Eve"}`, "name")),
			transacts(keys("Floor", `["f"]`), put("Book", `{"id":"b","title":"t","authorBooksId":"nobody"}`))}, 3},
		{"clear", []act{puts(family...), clears(), puts(family...), puts(put("Floor", `{"id":"f","level":1}`)), clears(), puts(family[0])}, 3},
		{"another tab", []act{puts(family...), elsewhere(house...), puts(put("Author", `{"id":"e","name":"Eve"}`)),
			elsewhere(put("Floor", `{"id":"g","level":2}`)), elsewhere(batch[:8]...), transacts(keys("Loan", `["l"]`), put("Author", `{"id":"u","name":"Uma"}`)),
			elsewhere(put("Room", `{"id":"t","floorId":"g"}`)), deletes(keys("Author", `["e"]`))}, 3},
		{"folding under way", []act{together(floors[:4]...), single[4], together(floors[5:7]...), single[7], together(floors[8:11]...), single[11]}, 1},
		{"page left", []act{single[0], hurried(floors[1:4]...), single[4], hurried(floors[5:8]...), reopens(nil), hurried(floors[8:11]...), single[11]}, 2},
		{"opened again", []act{puts(family...), reopens(nil), puts(house...), deletes(keys("Author", `["a"]`)), reopens(nil), puts(clubs...), reopens(nil)}, 3},
		{"schema grown", []act{puts(family...), puts(loan), puts(old), reopens(later), puts(put("Shelf", `{"id":"s"}`)),
			puts(edit("Book", `{"id":"b","title":"t","shelfBooksId":"s"}`, "shelfBooksId")), puts(edit("Author", `{"id":"a","name":"A","age":1.5}`, "age")), deletes(keys("Author", `["a"]`)), reopens(nil)}, 3},
		{"migrated", []act{puts(family...), puts(old), puts(clubs[1:]...), migrates(later), puts(edit("Author", `{"id":"a","name":"A","age":1.5}`, "age")),
			connects(false, "e", "c"), reopens(nil), deletes(keys("Author", `["e"]`))}, 3},
	}
}

// What a sweep must have met.
const (
	leastWorkloads = 14
	leastFaults    = 1000 // single ones
	leastPairs     = 20_000
)

var sweepPairs = flag.Bool("sweep.pairs", false, "whether every two faults are met in one run, too")

func TestFaults_AtEveryCallLeaveWhatWasAcknowledgedAndNothingHalf(t *testing.T) {
	t.Parallel()
	s := storetest.Schema(t, storetest.Library)
	list := workloads(t)
	require.Len(t, list, leastWorkloads)
	met, total, pairs := map[fault.Fault]int{}, 0, 0
	for _, w := range list {
		t.Run(w.name, func(t *testing.T) {
			work := func(t *testing.T, storage *memory.Backend, b *fault.Backend) { suffer(t, s, storage, b, w) }
			for f, n := range fault.Sweep(t, fault.All, memory.New, work) {
				met[f] += n
				total += n
			}
			if *sweepPairs {
				pairs += fault.SweepPairs(t, fault.All, memory.New, work)
			}
		})
	}
	t.Logf("%d workloads, %d faults met: %v; %d pairs of faults", len(list), total, met, pairs)
	require.Greater(t, total, leastFaults)
	require.True(t, !*sweepPairs || pairs > leastPairs, "%d pairs", pairs)
}

// victim is a store that meets faults, with the states in which it may be.
type victim struct {
	*testing.T
	storage *memory.Backend
	b       *fault.Backend
	options store.Options
	st      *store.Store
	states  []*storetest.Reference
}

// suffer runs the acts on a store that meets faults, and looks at what is left.
func suffer(t *testing.T, s *schema.Schema, storage *memory.Backend, b *fault.Backend, w workload) {
	v := &victim{T: t, storage: storage, b: b, states: []*storetest.Reference{storetest.NewReference(s, noonText)}}
	v.options = store.Small(store.Options{Schema: s, Clock: func() int64 { return noon }, Preload: -1}, w.fold, 300)
	if v.open() == nil {
		for _, a := range w.acts {
			if b.Crashed() {
				break
			}
			if a.befal != nil {
				a.befal(v)
			} else {
				v.after(a, a.run(v.st))
			}
		}
		v.end()
	}
	v.options.Backend = storage.Handle()
	again := storetest.OpenWith(t, v.options)
	v.held(again, "in storage")
	require.NoError(t, puts(put("Floor", `{"id":"last","level":9}`)).run(again))
}

// open opens the store, and fails as storage does.
func (v *victim) open() error {
	v.b.Reopen(v.storage.Handle())
	v.options.Backend = v.b
	st, err := store.Open(ctx, v.options)
	if err != nil {
		require.Contains(v, []store.Code{store.ErrUnavailable, store.ErrClosed, store.ErrQuota, store.ErrUnknownOutcome}, codeOf(err))
		return err
	}
	v.st = st
	return nil
}

// end looks at what is in memory, and closes the store.
func (v *victim) end() {
	for range 3 { // reading may meet a fault, too
		if !v.b.Dead() {
			require.NoError(v, store.Follow(v.st))
		}
	}
	if !v.b.Dead() {
		v.held(v.st, "in memory")
	}
	require.NoError(v, v.st.Close())
	_, err := v.st.Query(ctx, "Floor")
	require.ErrorIs(v, err, store.ErrClosed)
}

// after takes note that an act has ended so. A store that does not know what became
// of a change goes on from the state without it, so it may refuse what the state in
// storage allows, or find that there is nothing to do.
func (v *victim) after(a act, err error) {
	v.Helper()
	var next []*storetest.Reference
	refused, idle := false, false
	for _, before := range v.states {
		done := before.Clone()
		want := a.apply(done)
		switch got := codeOf(err); {
		case got == store.ErrUnknownOutcome || got == store.ErrClosed && v.b.Crashed():
			next = append(next, before, done)
		case got == store.ErrQuota || got == store.ErrUnavailable || got == store.ErrClosed:
			next = append(next, before)
		case got == want:
			next = append(next, done)
			refused = refused || got != ""
			idle = idle || done.Equal(before)
		}
	}
	require.NotEmpty(v, next, "%v", err)
	if len(v.states) > 1 && (refused || idle) {
		next = append(next, v.states...)
	}
	v.states = next
}

// held returns the number of the state that the store holds, and fails if it is none
// of those that it may hold; -1 when the storage has crashed meanwhile.
func (v *victim) held(st *store.Store, where string) int {
	v.Helper()
	got, err := v.states[0].Read(st)
	for range 3 { // what is not in memory yet is read, which may meet a fault, too
		if err != nil && !v.b.Dead() {
			got, err = v.states[0].Read(st)
		}
	}
	if err != nil && v.b.Dead() && v.options.Backend == store.Backend(v.b) {
		return -1
	}
	require.NoError(v, err)
	for _, row := range got.Rows(v.options.Schema.Model("Author").Relation("clubs").Target.Name) {
		row["id"] = fmt.Sprint(row["authorId"], " ", row["clubId"])
	}
	for i, s := range v.states {
		if s.Equal(got) {
			return i
		}
	}
	require.Equal(v, v.states[0].String(), got.String(), where)
	return -1
}
