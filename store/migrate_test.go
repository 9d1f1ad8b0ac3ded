//go:build !js || sdl

package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/internal/fault"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/storetest"
)

// The schema of an app in its first and third version. The names of a person were
// one field, its age was text, keys of cities were numbers, and pets lived nowhere.
const (
	firstPeople = `type Person @model(timestamps: null) { id: ID! name: String age: String note: String }
		type City @model(timestamps: null) { number: Int! @primaryKey name: String! }
		type Pet @model(timestamps: null) { id: ID! name: String }
		type Draft @model(timestamps: null) { id: ID! text: String }`
	thirdPeople = `type Person @model(timestamps: null) { id: ID! first: String! last: String! age: Int city: City @belongsTo }
		type City @model(timestamps: null) { code: ID! @primaryKey name: String! people: [Person] @hasMany }
		type Animal @model(timestamps: null) @renamedFrom(name: "Pet") { id: ID! name: String home: Home! @belongsTo }
		type Home @model(timestamps: null) { id: ID! animals: [Animal] @hasMany text: String }`
)

// firstStore fills a storage as the first version of the app did, and closes it.
func firstStore(t *testing.T, storage *memory.Backend, entries int) {
	t.Helper()
	st := storetest.OpenWith(t, store.Small(store.Options{Schema: storetest.Schema(t, firstPeople), Backend: storage.Handle()}, entries, 200))
	for i := range 5 {
		create(t, st, "Person", store.Fields{"id": fmt.Sprint(i), "name": fmt.Sprintf("First%d Last%d", i, i), "age": fmt.Sprint(20 + i), "note": "gone"})
		create(t, st, "City", store.Fields{"number": i, "name": fmt.Sprint("city ", i)})
	}
	create(t, st, "Pet", store.Fields{"id": "p", "name": "Rex"})
	create(t, st, "Draft", store.Fields{"id": "d", "text": "draft"})
	_, err := st.DeleteKey(ctx, "Person", "3")
	require.NoError(t, err)
	require.NoError(t, st.Close())
}

// toSecond moves the drafts to homes, where animals shall live.
func toSecond(ctx context.Context, m *store.Migration) error {
	drafts, err := m.Old("Draft")
	if err != nil {
		return err
	}
	for _, d := range drafts {
		if err := keepIn(ctx, m, "Home", store.Fields{"id": d["id"], "text": d["text"]}); err != nil {
			return err
		}
	}
	animals, err := m.Query(ctx, "Animal")
	for _, a := range animals {
		a, err := a.With(store.Fields{"homeAnimalsId": "d"})
		if err == nil {
			_, err = m.Save(ctx, a)
		}
		if err != nil {
			return err
		}
	}
	return err
}

// toThird splits the names, makes numbers of the ages, and gives cities another key.
func toThird(ctx context.Context, m *store.Migration) error {
	cities, err := m.Old("City")
	if err != nil {
		return err
	}
	for _, c := range cities {
		if err := keepIn(ctx, m, "City", store.Fields{"code": fmt.Sprint("c", c["number"]), "name": c["name"]}); err != nil {
			return err
		}
	}
	people, err := m.Old("Person")
	if err != nil {
		return err
	}
	for _, p := range people {
		var first, last string
		var age int
		if _, err := fmt.Sscan(fmt.Sprint(p["name"], " ", p["age"]), &first, &last, &age); err != nil {
			return err
		}
		fields := store.Fields{"id": p["id"], "first": first, "last": last, "age": age, "cityPeopleCode": fmt.Sprint("c", p["id"])}
		if err := keepIn(ctx, m, "Person", fields); err != nil {
			return err
		}
	}
	return nil
}

func keepIn(ctx context.Context, m *store.Migration, model string, fields store.Fields) error {
	r, err := m.New(model, fields)
	if err == nil {
		_, err = m.Save(ctx, r)
	}
	return err
}

func thirdOptions(t testing.TB, b store.Backend) store.Options {
	return store.Small(store.Options{Schema: storetest.Schema(t, thirdPeople), Backend: b, Version: 3,
		Migrate: map[int]store.MigrateFunc{2: toSecond, 3: toThird}}, 2, 200)
}

// thirdRecords are what the two functions make of what firstStore left.
func thirdRecords(t testing.TB, st *store.Store) {
	t.Helper()
	require.Equal(t, []string{
		`{"id":"0","first":"First0","last":"Last0","age":20,"cityPeopleCode":"c0"}`, `{"id":"1","first":"First1","last":"Last1","age":21,"cityPeopleCode":"c1"}`,
		`{"id":"2","first":"First2","last":"Last2","age":22,"cityPeopleCode":"c2"}`, `{"id":"4","first":"First4","last":"Last4","age":24,"cityPeopleCode":"c4"}`,
	}, texts(t, st, "Person"))
	require.Len(t, texts(t, st, "City"), 5)
	require.Equal(t, `{"code":"c4","name":"city 4"}`, texts(t, st, "City")[4])
	require.Equal(t, []string{`{"id":"p","name":"Rex","homeAnimalsId":"d"}`}, texts(t, st, "Animal"))
	require.Equal(t, []string{`{"id":"d","text":"draft"}`}, texts(t, st, "Home"))
}

// firstRecords are what firstStore left.
func firstRecords(t testing.TB, storage *memory.Backend) {
	t.Helper()
	st := storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, firstPeople), Backend: storage.Handle()})
	require.Len(t, texts(t, st, "Person"), 4)
	require.Equal(t, `{"id":"0","name":"First0 Last0","age":"20","note":"gone"}`, texts(t, st, "Person")[0])
	require.Len(t, texts(t, st, "City"), 5)
	require.Equal(t, []string{`{"id":"p","name":"Rex"}`}, texts(t, st, "Pet"))
	require.Equal(t, []string{`{"id":"d","text":"draft"}`}, texts(t, st, "Draft"))
	require.NoError(t, st.Close())
}

func TestMigrate_BringsRecordsThroughAllVersionsInOneCommit(t *testing.T) {
	for _, entries := range []int{1, 3, 1000} {
		t.Run(fmt.Sprint("folded after ", entries), func(t *testing.T) {
			storage := memory.New()
			firstStore(t, storage, entries)
			st := storetest.OpenWith(t, thirdOptions(t, storage.Handle()))
			for range 2 {
				thirdRecords(t, st)
				require.NoError(t, st.Close())
				o := thirdOptions(t, storage.Handle())
				o.Migrate = map[int]store.MigrateFunc{3: func(context.Context, *store.Migration) error { return errors.New("it was run already") }}
				st = storetest.OpenWith(t, o)
			}
			require.Empty(t, read(t, storage).entries)
			for _, b := range read(t, storage).blocks {
				require.NotContains(t, string(b.Data), "gone", "what has no place goes")
			}
		})
	}
}

func TestMigrate_RunsTheFunctionsOfLaterVersionsOnly(t *testing.T) {
	s := storetest.Schema(t, `type A`+plainModel+`{ id: ID! n: Int! }`)
	for from := 1; from <= 4; from++ {
		storage := memory.New()
		st := storetest.OpenWith(t, store.Options{Schema: s, Backend: storage.Handle(), Version: from})
		create(t, st, "A", store.Fields{"id": "1", "n": 0})
		require.NoError(t, st.Close())
		functions := map[int]store.MigrateFunc{}
		for version := 2; version <= 4; version++ {
			functions[version] = func(ctx context.Context, m *store.Migration) error {
				require.Equal(t, from, m.From())
				a, err := m.Get(ctx, "A", "1")
				require.NoError(t, err)
				a, err = a.With(store.Fields{"n": a.Int("n")*10 + version})
				require.NoError(t, err)
				_, err = m.Save(ctx, a)
				return err
			}
		}
		st = storetest.OpenWith(t, store.Options{Schema: s, Backend: storage.Handle(), Version: 4, Migrate: functions})
		a, err := st.Get(ctx, "A", "1")
		require.NoError(t, err)
		require.Equal(t, []int{0, 234, 34, 4, 0}[from], a.Int("n"))
	}
}

func TestMigrate_OfAnEmptyStoreRunsNothing(t *testing.T) {
	storage := memory.New()
	o := thirdOptions(t, storage.Handle())
	o.Migrate[2] = func(context.Context, *store.Migration) error { return errors.New("there is nothing to migrate") }
	st := storetest.OpenWith(t, o)
	require.NoError(t, st.Close())
	require.Empty(t, read(t, storage).entries)
}

func TestMigrate_WithoutAFunctionTakesWhatFits(t *testing.T) {
	storage := memory.New()
	st := openWith(t, storage, `type A`+plainModel+`{ id: ID! gone: String n: Int } type B`+plainModel+`{ id: ID! }`)
	create(t, st, "A", store.Fields{"id": "1", "gone": "x", "n": 1})
	create(t, st, "B", store.Fields{"id": "2"})
	require.NoError(t, st.Close())
	for want, sdl := range map[string]string{
		"open A.gone: stored records do not fit the new type: keep the old one, or convert them in a migration function: A.gone: must be an integer, got \"x\"": `type A @model { id: ID! gone: Int }`,
		"open A.x: is required now, and stored records have no value for it: make it optional, give it a @default, or set it in a migration function":           `type A @model { id: ID! x: Int! }`,
		"open A: the primary key of stored records is another one: keep the old key, or save the records anew in a migration function":                          `type A @model { n: Int! @primaryKey }`,
	} {
		_, err := store.Open(ctx, store.Options{Schema: storetest.Schema(t, sdl), Backend: storage.Handle(), Version: 2})
		require.EqualError(t, err, want)
		require.ErrorIs(t, err, store.ErrSchemaChanged)
	}
	after := storetest.Schema(t, `type A`+plainModel+`{ id: ID! n: Float }`)
	st = storetest.OpenWith(t, store.Options{Schema: after, Backend: storage.Handle(), Version: 2})
	require.Equal(t, []string{`{"id":"1","n":1}`}, texts(t, st, "A"))
	require.NoError(t, st.Close())
	st = storetest.OpenWith(t, store.Options{Schema: storetest.Schema(t, `type A`+plainModel+`{ id: ID! gone: String n: Float } type B`+plainModel+`{ id: ID! }`),
		Backend: storage.Handle(), Version: 2})
	require.Equal(t, []string{`{"id":"1","gone":null,"n":1}`}, texts(t, st, "A"), "values without a field went when the version was raised")
	require.Empty(t, texts(t, st, "B"), "and so did records without a model")
}

func TestMigrate_ThatFailsLeavesEverythingAsItWas(t *testing.T) {
	storage := memory.New()
	firstStore(t, storage, 3)
	before := read(t, storage)
	cause := errors.New("my own error")
	invalid := func(ctx context.Context, m *store.Migration) error {
		return keepIn(ctx, m, "Person", store.Fields{"id": "9", "first": "a"})
	}
	for want, c := range map[string]struct {
		code store.Code
		f    store.MigrateFunc
	}{
		"open: the function for version 3 failed, and everything is as it was: my own error": {store.ErrMigration,
			func(ctx context.Context, m *store.Migration) error {
				require.NoError(t, toThird(ctx, m))
				return cause
			}},
		"open: the function for version 3 failed, and everything is as it was: new Person.last: is required: give a value of type String!": {store.ErrMigration, invalid},
		"open Person.first: is required, and the migration has left the record \"0\" without a value": {store.ErrSchemaChanged,
			func(context.Context, *store.Migration) error { return nil }},
		"open Person.city: refers to City \"nowhere\", which is not in the store: save it first": {store.ErrReference,
			func(ctx context.Context, m *store.Migration) error {
				require.NoError(t, toThird(ctx, m))
				return keepIn(ctx, m, "Person", store.Fields{"id": "9", "first": "a", "last": "b", "cityPeopleCode": "nowhere"})
			}},
	} {
		o := thirdOptions(t, storage.Handle())
		o.Migrate[3] = c.f
		_, err := store.Open(ctx, o)
		require.EqualError(t, err, want)
		require.ErrorIs(t, err, c.code)
		if c.code == store.ErrMigration && errors.Is(err, cause) {
			require.Same(t, cause, errors.Unwrap(err))
		}
		require.Equal(t, before, read(t, storage))
	}
	firstRecords(t, storage)
}

func TestMigrate_VerbsThatFailLeaveNothingBehind(t *testing.T) {
	storage := memory.New()
	firstStore(t, storage, 3)
	o := thirdOptions(t, storage.Handle())
	o.Migrate[3] = func(ctx context.Context, m *store.Migration) error {
		require.ErrorIs(t, keepIn(ctx, m, "Home", store.Fields{"id": "h", "text": 5}), store.ErrInvalid)
		_, err := m.Get(ctx, "Nothing", "1")
		require.ErrorIs(t, err, store.ErrInvalid)
		none, err := m.Old("Nothing")
		require.NoError(t, err)
		require.Empty(t, none)
		pets, err := m.Old("Animal")
		require.NoError(t, err)
		require.Equal(t, []store.Fields{{"id": "p", "name": "Rex"}}, pets, "by its present name too")
		n, err := m.DeleteWhere(ctx, "Home", predicate.Where("id").Eq("h"))
		require.NoError(t, err)
		require.Empty(t, n)
		return toThird(ctx, m)
	}
	thirdRecords(t, storetest.OpenWith(t, o))
}

func TestMigrate_OfTwoTabsRunsOnceInEffect(t *testing.T) {
	storage := memory.New()
	s := storetest.Schema(t, `type A`+plainModel+`{ id: ID! n: Int! }`)
	st := storetest.OpenWith(t, store.Options{Schema: s, Backend: storage.Handle()})
	create(t, st, "A", store.Fields{"id": "1", "n": 1})
	require.NoError(t, st.Close())
	runs := 0
	var open func(nested int) *store.Store
	open = func(nested int) *store.Store {
		return storetest.OpenWith(t, store.Options{Schema: s, Backend: storage.Handle(), Version: 2, Migrate: map[int]store.MigrateFunc{
			2: func(ctx context.Context, m *store.Migration) error {
				runs++
				a, err := m.Get(ctx, "A", "1")
				require.NoError(t, err)
				a, err = a.With(store.Fields{"n": a.Int("n") + 1})
				require.NoError(t, err)
				_, err = m.Save(ctx, a)
				if nested > 0 {
					open(nested - 1) // another tab is faster
				}
				return err
			}}})
	}
	st = open(3)
	require.Equal(t, 4, runs, "each of those that ran at once")
	a, err := st.Get(ctx, "A", "1")
	require.NoError(t, err)
	require.Equal(t, 2, a.Int("n"), "one of them counts")
}

func TestMigrate_TakesInWhatTheOldVersionWritesMeanwhile(t *testing.T) {
	storage := memory.New()
	firstStore(t, storage, 3)
	s := storetest.Schema(t, firstPeople)
	var notices []store.Notice
	told := make(chan struct{}, 10)
	old, err := store.Open(ctx, store.Options{Schema: s, Backend: storage.Handle(), Notice: func(n store.Notice) {
		notices = append(notices, n)
		told <- struct{}{}
	}})
	require.NoError(t, err)
	runs := 0
	o := thirdOptions(t, storage.Handle())
	o.Migrate[2] = func(ctx context.Context, m *store.Migration) error {
		if runs++; runs == 1 {
			create(t, old, "Draft", store.Fields{"id": "late", "text": "written meanwhile"})
		}
		return toSecond(ctx, m)
	}
	st := storetest.OpenWith(t, o)
	require.Equal(t, 2, runs)
	require.Equal(t, []string{`{"id":"d","text":"draft"}`, `{"id":"late","text":"written meanwhile"}`}, texts(t, st, "Home"))

	r, err := old.New("Draft", store.Fields{"id": "later"})
	require.NoError(t, err)
	_, err = old.Save(ctx, r)
	require.ErrorIs(t, err, store.ErrSchemaChanged)
	require.EqualError(t, err, "save: the records are of version 3 of the app, and this is version 1: reload the page to get the newer one")
	_, err = old.Query(ctx, "Draft")
	require.ErrorIs(t, err, store.ErrSchemaChanged)
	<-told
	require.NoError(t, old.Close())
	require.Len(t, notices, 1)
	require.Equal(t, store.NoticeReload, notices[0].Type)
	require.ErrorIs(t, notices[0].Err, store.ErrSchemaChanged)
	require.Len(t, texts(t, st, "Home"), 2)
}

func TestMigrate_TellsATabThatIsIdleToReload(t *testing.T) {
	storage := memory.New()
	firstStore(t, storage, 3)
	told := make(chan store.Notice, 10)
	old, err := store.Open(ctx, store.Options{Schema: storetest.Schema(t, firstPeople), Backend: storage.Handle(), Notice: func(n store.Notice) { told <- n }})
	require.NoError(t, err)
	require.Len(t, texts(t, old, "Person"), 4)
	thirdRecords(t, storetest.OpenWith(t, thirdOptions(t, storage.Handle())))
	n := <-told
	require.Equal(t, store.NoticeReload, n.Type)
	require.ErrorIs(t, n.Err, store.ErrSchemaChanged)
	_, err = old.Query(ctx, "Person")
	require.ErrorIs(t, err, store.ErrSchemaChanged)
	require.NoError(t, old.Close())
}

func TestMigrate_GivesUpWhenTheOldVersionNeverStopsWriting(t *testing.T) {
	storage := memory.New()
	firstStore(t, storage, 1000)
	old := storetest.Open(t, firstPeople, storage.Handle())
	n := 0
	o := thirdOptions(t, storage.Handle())
	o.Migrate[2] = func(ctx context.Context, m *store.Migration) error {
		n++
		create(t, old, "Draft", store.Fields{"id": fmt.Sprint("again ", n)})
		return toSecond(ctx, m)
	}
	_, err := store.Open(ctx, o)
	require.ErrorIs(t, err, store.ErrUnavailable)
	require.Greater(t, n, 3)
	require.Len(t, texts(t, old, "Draft"), n+1)
}

func TestOptions_RefuseVersionsThatCannotBe(t *testing.T) {
	s := storetest.Schema(t, `type A`+plainModel+`{ id: ID! }`)
	none := func(context.Context, *store.Migration) error { return nil }
	for _, o := range []store.Options{
		{Version: -1}, {Version: 2_000_000_000}, {Version: 2, Migrate: map[int]store.MigrateFunc{3: none}}, {Migrate: map[int]store.MigrateFunc{1: none}},
	} {
		o.Schema, o.Backend = s, memory.New()
		_, err := store.Open(ctx, o)
		require.ErrorIs(t, err, store.ErrInvalid)
	}
}

// generation is that of what storage holds.
func generation(t testing.TB, b *memory.Backend) uint64 {
	snapshot, err := b.Read(ctx, 0)
	require.NoError(t, err)
	return snapshot.Generation
}

func TestFaults_AtEveryCallOfAMigrationLeaveTheOldRecordsOrTheNew(t *testing.T) {
	start := memory.New()
	firstStore(t, start, 3)
	met := fault.Sweep(t, fault.All, func() log.Backend { return read(t, start).storage(t) }, func(t *testing.T, storage log.Backend, b *fault.Backend) {
		kept := storage.(*memory.Backend)
		st, err := store.Open(ctx, thirdOptions(t, b))
		if err == nil {
			thirdRecords(t, st)
			require.NoError(t, st.Close())
		} else {
			require.Contains(t, []store.Code{store.ErrUnavailable, store.ErrClosed, store.ErrQuota, store.ErrUnknownOutcome}, codeOf(err))
		}
		migrated := generation(t, kept.Handle()) > 1
		if err == nil {
			require.True(t, migrated)
		}
		if !migrated {
			firstRecords(t, kept)
		}
		thirdRecords(t, storetest.OpenWith(t, thirdOptions(t, kept.Handle())))
	})
	t.Logf("faults met: %v", met)
	total := 0
	for _, n := range met {
		total += n
	}
	require.Greater(t, total, 50) // how many calls there are depends on whether closing comes before the rest is loaded
}
