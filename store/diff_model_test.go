//go:build !js || sdl

package store_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/schema"
	"github.com/granarydb/granary/store/storetest"
)

// diffBase is the schema before each of the diffs.
const diffBase = `type A @model(timestamps: null) { id: ID! s: String n: Int f: Float e: Shade r: String! l: [String] o: P bId: ID b: B @belongsTo(fields: ["bId"]) }
type B @model(timestamps: null) { id: ID! name: String }
type C @model(timestamps: null) { id: ID! name: String }
enum Shade { PALE DARK DEEP }
type P { x: Int y: Int }
`

var diffSeeds = flag.Int("diff.seeds", 6, "how many random sets of records each change of the schema is tried on")

// plain is a record as encoding/json reads it.
type plain = map[string]any

// diff is one change of the schema, with the naive expectation of what becomes of a
// record of A: false when the record stands against the change.
type diff struct {
	name  string
	edits []string // text, and what takes its place
	model string   // that holds what A held; "" for A, "-" for none
	now   func(a plain, others map[string][]plain) bool
}

func set(field string, value any) func(plain, map[string][]plain) bool {
	return func(a plain, _ map[string][]plain) bool {
		a[field] = value
		return true
	}
}

func keep(plain, map[string][]plain) bool { return true }

func refuse(plain, map[string][]plain) bool { return false }

// unless refuses records of which test holds.
func unless(test func(a plain) bool) func(plain, map[string][]plain) bool {
	return func(a plain, _ map[string][]plain) bool { return !test(a) }
}

func given(field string) func(plain) bool { return func(a plain) bool { return a[field] != nil } }

func missing(field string) func(plain) bool { return func(a plain) bool { return a[field] == nil } }

// leads requires that the reference leads to a record of a model, or to none.
func leads(model string, required bool) func(plain, map[string][]plain) bool {
	return func(a plain, others map[string][]plain) bool {
		if a["bId"] == nil {
			return !required
		}
		return slices.ContainsFunc(others[model], func(o plain) bool { return o["id"] == a["bId"] })
	}
}

func renames(from, to string) func(plain, map[string][]plain) bool {
	return func(a plain, _ map[string][]plain) bool {
		a[to] = a[from]
		delete(a, from)
		return true
	}
}

func drop(field string) func(plain, map[string][]plain) bool {
	return func(a plain, _ map[string][]plain) bool {
		delete(a, field)
		return true
	}
}

var diffs = []diff{
	{"nothing", nil, "", keep},
	{"a field added", []string{"n: Int", "n: Int x: String"}, "", set("x", nil)},
	{"a field added with a default", []string{"n: Int", `x: Int @default(value: "7") n: Int`}, "", set("x", 7.0)},
	{"a required field added with a default", []string{"n: Int", `n: Int x: Shade! @default(value: "DARK")`}, "", set("x", "DARK")},
	{"a required field added", []string{"n: Int", "n: Int x: String!"}, "", refuse},
	{"a field removed", []string{"n: Int", ""}, "", drop("n")},
	{"a field renamed", []string{"n: Int", `m: Int @renamedFrom(name: "n")`}, "", renames("n", "m")},
	{"a field renamed and required", []string{"s: String", `t: String! @renamedFrom(name: "s")`}, "", func(a plain, o map[string][]plain) bool {
		return a["s"] != nil && renames("s", "t")(a, o)
	}},
	{"a number widened", []string{"n: Int", "n: Float"}, "", keep},
	{"a number narrowed", []string{"f: Float", "f: Int"}, "", unless(func(a plain) bool { f, _ := a["f"].(float64); return f != float64(int(f)) })},
	{"a number made text", []string{"n: Int", "n: String"}, "", unless(given("n"))},
	{"text made an ID", []string{"s: String", "s: ID"}, "", keep},
	{"text made a number", []string{"s: String", "s: Int"}, "", unless(given("s"))},
	{"text narrowed", []string{"s: String", "s: AWSEmail"}, "", unless(func(a plain) bool { return a["s"] != nil && a["s"] != "a@b.example" })},
	{"text made an enum", []string{"s: String", "s: Shade"}, "", unless(func(a plain) bool { return a["s"] != nil && a["s"] != "DARK" })},
	{"text made a list", []string{"s: String", "s: [String]"}, "", unless(given("s"))},
	{"required now", []string{"s: String", "s: String!"}, "", unless(missing("s"))},
	{"required now with a default", []string{"s: String", `s: String! @default(value: "x")`}, "", func(a plain, _ map[string][]plain) bool {
		if a["s"] == nil {
			a["s"] = "x"
		}
		return true
	}},
	{"no longer required", []string{"r: String!", "r: String"}, "", keep},
	{"an enum grown", []string{"PALE", "PALE LIGHT"}, "", keep},
	{"an enum shrunk", []string{" DEEP", ""}, "", unless(func(a plain) bool { return a["e"] == "DEEP" })},
	{"an enum made text", []string{"e: Shade", "e: String"}, "", keep},
	{"elements required", []string{"l: [String]", "l: [String!]"}, "", unless(func(a plain) bool { l, _ := a["l"].([]any); return slices.Contains(l, nil) })},
	{"a list made single", []string{"l: [String]", "l: String"}, "", unless(given("l"))},
	{"a custom type grown", []string{"y: Int", "y: Int z: Int"}, "", func(a plain, _ map[string][]plain) bool {
		if o, _ := a["o"].(plain); o != nil {
			o["z"] = nil
		}
		return true
	}},
	{"a custom type shrunk", []string{" y: Int", ""}, "", func(a plain, _ map[string][]plain) bool {
		if o, _ := a["o"].(plain); o != nil {
			delete(o, "y")
		}
		return true
	}},
	{"a custom type's field required", []string{"y: Int", "y: Int!"}, "", unless(func(a plain) bool { o, _ := a["o"].(plain); return o != nil && o["y"] == nil })},
	{"a relation removed", []string{`b: B @belongsTo(fields: ["bId"])`, ""}, "", keep},
	{"a relation added", []string{"name: String }\ntype C", "name: String cs: [C] @hasMany }\ntype C"}, "", keep},
	{"a relation required", []string{"b: B @", "b: B! @"}, "", leads("B", true)},
	{"a relation moved", []string{"b: B @", "b: C @"}, "", leads("C", false)},
	{"a relation by another field", []string{`bId: ID b: B @belongsTo(fields: ["bId"])`, `bId: ID cId: ID b: B @belongsTo(fields: ["cId"])`}, "", set("cId", nil)},
	{"another key", []string{"r: String!", "r: String! @primaryKey"}, "", refuse},
	{"a key renamed", []string{"A @model(timestamps: null) { id: ID!", `A @model(timestamps: null) { k: ID! @primaryKey @renamedFrom(name: "id")`}, "", renames("id", "k")},
	{"a model renamed", []string{"type A @model", `type Z @renamedFrom(name: "A") @model`}, "Z", keep},
	{"a model dropped", []string{diffBase[:strings.Index(diffBase, "type B")], "", "enum Shade { PALE DARK DEEP }", "", "type P { x: Int y: Int }", ""}, "-", keep},
	{"a model added", []string{"enum Shade", "type D @model { id: ID! }\nenum Shade"}, "", keep},
}

func (d *diff) schema(t *testing.T) *schema.Schema {
	t.Helper()
	text := diffBase
	for i := 0; i < len(d.edits); i += 2 {
		require.Equal(t, 1, strings.Count(text, d.edits[i]), "%s: %s", d.name, d.edits[i])
		text = strings.Replace(text, d.edits[i], d.edits[i+1], 1)
	}
	return storetest.Schema(t, text)
}

// diffRecord makes a record of A at random, of which most changes will not have a
// fault to find.
func diffRecord(r *rand.Rand, id string) store.Fields {
	pick := func(values ...any) any { return values[r.IntN(len(values))] }
	usual := func(value any, others ...any) any {
		if r.IntN(5) > 0 {
			return value
		}
		return pick(others...)
	}
	return store.Fields{"id": id, "s": pick(usual("a@b.example", "text"), usual("DARK", nil), nil), "n": pick(nil, r.IntN(100)), "f": usual(float64(r.IntN(9)), 1.5, nil),
		"e": usual("PALE", "DEEP", nil), "r": "r" + id, "l": usual([]any{"x"}, nil, []any{nil, "y"}), "bId": usual("both", "b", nil),
		"o": usual(map[string]any{"x": 1, "y": 2}, nil, map[string]any{"x": 1})}
}

// diffHistory fills a storage and returns what is in it, by model.
func diffHistory(t *testing.T, r *rand.Rand, storage *memory.Backend) map[string][]plain {
	t.Helper()
	st := storetest.OpenWith(t, store.Small(store.Options{Schema: storetest.Schema(t, diffBase), Backend: storage.Handle()}, 1+r.IntN(12), 100+r.IntN(900)))
	for _, id := range []string{"b", "both"} {
		create(t, st, "B", store.Fields{"id": id})
	}
	create(t, st, "C", store.Fields{"id": "both"})
	for range r.IntN(20) {
		fields := diffRecord(r, fmt.Sprint(r.IntN(6)))
		if r.IntN(4) == 0 {
			_, err := st.DeleteKey(ctx, "A", fields["id"])
			require.NoError(t, err)
			continue
		}
		create(t, st, "A", fields)
	}
	if r.IntN(3) == 0 {
		_, err := st.DeleteWhere(ctx, "A", predicate.Where("n").Gt(50))
		require.NoError(t, err)
	}
	defer func() { require.NoError(t, st.Close()) }()
	return map[string][]plain{"A": plains(t, st, "A"), "B": plains(t, st, "B"), "C": plains(t, st, "C")}
}

func plains(t *testing.T, st *store.Store, model string) []plain {
	t.Helper()
	list := []plain{}
	for _, text := range texts(t, st, model) {
		var p plain
		require.NoError(t, json.Unmarshal([]byte(text), &p))
		list = append(list, p)
	}
	sort.Slice(list, func(i, j int) bool {
		return fmt.Sprint(list[i]["id"], list[i]["k"]) < fmt.Sprint(list[j]["id"], list[j]["k"])
	})
	return list
}

func copiesOf(t *testing.T, list []plain) []plain {
	t.Helper()
	out := []plain{}
	text, err := json.Marshal(list)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &out))
	return out
}

func TestDiffs_OfRandomRecordsGoAsThePlainExpectationSays(t *testing.T) {
	refused := 0
	for _, d := range diffs {
		t.Run(d.name, func(t *testing.T) {
			s := d.schema(t)
			for seed := range uint64(*diffSeeds) {
				if d.try(t, s, seed) {
					refused++
				}
				if t.Failed() {
					t.Logf("seed %d", seed)
					return
				}
			}
		})
	}
	require.Greater(t, refused, len(diffs)/3)
	t.Logf("%d diffs, %d sets of records each, %d refused", len(diffs), *diffSeeds, refused)
}

// try opens a random store with the schema, and reports whether it was refused.
func (d *diff) try(t *testing.T, s *schema.Schema, seed uint64) bool {
	r := rand.New(rand.NewPCG(seed, 77))
	storage := memory.New()
	before := diffHistory(t, r, storage)
	want, fits := copiesOf(t, before["A"]), true
	for _, a := range want {
		fits = d.now(a, before) && fits
	}
	model := map[string]string{"": "A", "-": ""}[d.model]
	if d.model == "Z" {
		model = "Z"
	}
	version := 1 + int(seed%2)
	options := func() store.Options {
		return store.Small(store.Options{Schema: s, Backend: storage.Handle(), Version: version}, 1+r.IntN(3), 500)
	}
	st, err := store.Open(ctx, options())
	if !fits {
		require.ErrorIs(t, err, store.ErrSchemaChanged)
		d.migrate(t, storage, s, before["A"])
		return true
	}
	require.NoError(t, err)
	require.NoError(t, st.Close())
	for range 3 {
		st = storetest.OpenWith(t, options())
		if model != "" {
			sort.Slice(want, func(i, j int) bool {
				return fmt.Sprint(want[i]["id"], want[i]["k"]) < fmt.Sprint(want[j]["id"], want[j]["k"])
			})
			require.Equal(t, want, plains(t, st, model))
		}
		create(t, st, "C", store.Fields{"id": fmt.Sprint("new ", r.IntN(100))}) // accepts the schema
		require.NoError(t, st.Close())
	}
	return false
}

// migrate opens a store that was refused, after a look with the old schema, by a
// function that saves the records without all that could stand against the change.
func (d *diff) migrate(t *testing.T, storage *memory.Backend, s *schema.Schema, before []plain) {
	st := openWith(t, storage, diffBase)
	require.Equal(t, before, plains(t, st, "A"), "what was refused was left alone")
	require.NoError(t, st.Close())
	function := func(ctx context.Context, m *store.Migration) error {
		old, err := m.Old("A")
		require.NoError(t, err)
		require.Len(t, old, len(before))
		if _, err := m.DeleteWhere(ctx, "A", predicate.All()); err != nil {
			return err
		}
		model := s.Model("A")
		for _, o := range old {
			fields := store.Fields{}
			for _, f := range model.Fields {
				if f.Type.Required && f.Default == nil {
					fields[f.Name] = map[bool]any{true: 5, false: "both"}[f.Type.Scalar == schema.Int]
				}
			}
			if model.Field("bId") != nil {
				fields["bId"] = "both"
			}
			fields[model.Fields[model.Key[0]].Name] = o["id"]
			if err := keepIn(ctx, m, "A", fields); err != nil {
				return err
			}
		}
		return nil
	}
	st = storetest.OpenWith(t, store.Options{Schema: s, Backend: storage.Handle(), Version: 2, Migrate: map[int]store.MigrateFunc{2: function}})
	require.Len(t, texts(t, st, "A"), len(before))
	require.NoError(t, st.Close())
}
