//go:build !js || sdl

package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/storetest"
)

// exported is what a store exports, the time in its head being that of noon.
func exported(t testing.TB, st *store.Store, models ...string) string {
	t.Helper()
	var text bytes.Buffer
	n, err := st.Export(ctx, &text, store.ExportOptions{Name: "test", Models: models})
	require.NoError(t, err)
	require.Equal(t, n+2, strings.Count(text.String(), "\n"))
	return text.String()
}

func imported(t testing.TB, st *store.Store, text string, mode store.ImportMode) store.ImportReport {
	t.Helper()
	report, err := st.Import(ctx, strings.NewReader(text), store.ImportOptions{Mode: mode})
	require.NoError(t, err)
	return report
}

// body is an export without its first line.
func body(text string) string {
	_, rest, _ := strings.Cut(text, "\n")
	return rest
}

func TestExport_IsATextOfLines(t *testing.T) {
	now := int64(noon)
	st := at(t, `type Post @model(timestamps: null) { id: ID! title: String } type Tag @model(timestamps: null) { id: ID! }`, &now)
	require.Equal(t, `{"granary":"export","version":1,"store":"test","at":"2023-11-14T22:13:20.000Z","schema":"`+st.Schema().Fingerprint+`","models":{"Post":0,"Tag":0}}
{"granary":"end","records":0,"checksum":"00000000"}
`, exported(t, st))
	create(t, st, "Tag", store.Fields{"id": "t"})
	create(t, st, "Post", store.Fields{"id": "2", "title": "a\n\"é\u2028"})
	create(t, st, "Post", store.Fields{"id": "1"})
	require.Equal(t, `{"model":"Post","data":{"id":"2","title":"a\n\"é`+"\u2028"+`"}}
{"model":"Post","data":{"id":"1","title":null}}
{"model":"Tag","data":{"id":"t"}}
{"granary":"end","records":3,"checksum":"a68ee77d"}
`, body(exported(t, st)))
	require.Contains(t, exported(t, st, "Tag"), `"models":{"Tag":1}}`+"\n"+`{"model":"Tag","data":{"id":"t"}}`+"\n"+`{"granary":"end","records":1,`)
	_, err := st.Export(ctx, &bytes.Buffer{}, store.ExportOptions{Models: []string{"Tags"}})
	require.ErrorIs(t, err, store.ErrInvalid)
	require.ErrorContains(t, err, "Tag")
}

// A history of every kind of write, exported and imported into an empty store of
// another kind of storage, is the same records in the same order.
func TestExport_ImportedIntoAnEmptyStoreGivesTheSameBytes(t *testing.T) {
	records := 0
	for seed := range uint64(100) {
		g := newGame(t, seed, 1)
		for range steps {
			mv := g.move()
			c, err := mv.begin(g.stores[0])
			if err == nil {
				err = c.Wait(ctx)
			}
			require.Equal(t, mv.apply(g.want), codeOf(err))
			g.remember()
		}
		text := exported(t, g.stores[0])
		storage := memory.New()
		open := func() *store.Store {
			return storetest.OpenWith(t, store.Small(store.Options{Schema: g.schema, Backend: storage.Handle(), Clock: func() int64 { return noon + 5 }}, 3, 500))
		}
		for _, mode := range []store.ImportMode{store.Merge, store.Keep, store.Replace} {
			st := open()
			report, err := st.Import(ctx, iotest.OneByteReader(strings.NewReader(text)), store.ImportOptions{Mode: mode})
			require.NoError(t, err, "seed %d", seed)
			require.Equal(t, body(text), body(exported(t, st)), "seed %d", seed)
			require.Equal(t, report.Records, report.Inserted+report.Kept)
			require.Zero(t, report.Replaced)
			got, err := g.want.Read(st)
			require.NoError(t, err)
			require.True(t, g.want.Equal(got))
			records += report.Inserted
			require.NoError(t, st.Close())
			st = open()
			require.Equal(t, body(text), body(exported(t, st)), "after opening it again")
			require.NoError(t, st.Close())
		}
		g.end()
	}
	require.Greater(t, records, 1000)
}

func TestExport_IsOneStateWhateverIsCommittedMeanwhile(t *testing.T) {
	st := library(t)
	var puts []store.Put
	for i := range 5000 {
		puts = append(puts, store.Put{Model: "Author", Row: fmt.Appendf(nil, `{"id":"%d","name":"%s"}`, i, strings.Repeat("n", 100))})
	}
	wait(t, st, puts)
	before := exported(t, st)
	e, err := st.BeginExport(ctx, store.ExportOptions{Name: "test"})
	require.NoError(t, err)
	text, pieces := e.Next(nil), 1
	require.Positive(t, e.Done)
	require.Less(t, e.Done, e.Records)
	for i := range puts {
		puts[i].Row = bytes.Replace(puts[i].Row, []byte("nnn"), []byte("mmm"), 1)
	}
	wait(t, st, puts)
	_, err = st.DeleteWhere(ctx, "Author", predicate.All())
	require.NoError(t, err)
	create(t, st, "Author", store.Fields{"id": "new", "name": "x"})
	for {
		n := len(text)
		if text = e.Next(text); len(text) == n {
			break
		}
		require.Less(t, len(text)-n, 300<<10, "pieces are small")
		pieces++
	}
	require.Equal(t, body(before), body(string(text)))
	require.Greater(t, pieces, 4)
	require.Equal(t, 5000, e.Done)
}

func wait(t testing.TB, st *store.Store, puts []store.Put) {
	t.Helper()
	c, err := st.BeginSave(puts)
	require.NoError(t, err)
	require.NoError(t, c.Wait(ctx))
}

func TestImport_ModesSayWhatBecomesOfWhatIsThere(t *testing.T) {
	const sdl = `type Note @model(timestamps: null) { id: ID! text: String }`
	source := storetest.Open(t, sdl, memory.New())
	for _, id := range []string{"1", "2", "3"} {
		create(t, source, "Note", store.Fields{"id": id, "text": "new"})
	}
	text := exported(t, source)
	for _, c := range []struct {
		mode   store.ImportMode
		want   string
		report store.ImportReport
	}{
		{store.Merge, `[{"id":"2","text":"new"},{"id":"9","text":"old"},{"id":"3","text":"new"},{"id":"1","text":"new"}]`,
			store.ImportReport{Records: 3, Inserted: 1, Replaced: 1, Kept: 1}},
		{store.Keep, `[{"id":"2","text":"old"},{"id":"9","text":"old"},{"id":"3","text":"new"},{"id":"1","text":"new"}]`,
			store.ImportReport{Records: 3, Inserted: 1, Kept: 2}},
		{store.Replace, `[{"id":"1","text":"new"},{"id":"2","text":"new"},{"id":"3","text":"new"}]`,
			store.ImportReport{Records: 3, Inserted: 3}},
	} {
		storage := memory.New()
		st, other := storetest.Open(t, sdl, storage.Handle()), storetest.Open(t, sdl, storage.Handle())
		create(t, st, "Note", store.Fields{"id": "2", "text": "old"})
		create(t, st, "Note", store.Fields{"id": "9", "text": "old"})
		create(t, st, "Note", store.Fields{"id": "3", "text": "new"})
		require.Equal(t, c.report, imported(t, st, text, c.mode))
		require.NoError(t, store.Follow(other))
		for _, st := range []*store.Store{st, other} {
			records, err := st.Query(ctx, "Note")
			require.NoError(t, err)
			var rows []string
			for _, r := range records {
				rows = append(rows, string(r.JSON()))
			}
			require.Equal(t, c.want, "["+strings.Join(rows, ",")+"]")
		}
		again := imported(t, st, text, c.mode)
		require.Equal(t, again.Records, again.Kept+again.Inserted)
		if c.mode != store.Replace {
			require.Equal(t, 3, again.Kept, "a repeat changes nothing")
		}
	}
	_, err := source.BeginImport(7)
	require.ErrorIs(t, err, store.ErrInvalid)
}

func TestImport_RefusesAFileThatWasCutOrDamagedAndWritesNothing(t *testing.T) {
	source := storetest.Open(t, counters, memory.New())
	for _, id := range []string{"1", "2", "3"} {
		create(t, source, "Note", store.Fields{"id": id, "text": "t"})
	}
	text := exported(t, source)
	st := storetest.Open(t, counters, memory.New())
	for n := range len(text) - 1 { // without the last line break it is whole
		_, err := st.Import(ctx, strings.NewReader(text[:n]), store.ImportOptions{})
		require.ErrorIs(t, err, store.ErrInvalid, "cut after %d bytes", n)
	}
	head := strings.IndexByte(text, '\n') + 1
	for at := head; at < len(text); at++ {
		for bit := range 8 {
			bad := []byte(text)
			bad[at] ^= 1 << bit
			_, err := st.Import(ctx, bytes.NewReader(bad), store.ImportOptions{})
			if at < len(text)-1 {
				require.Error(t, err, "byte %d, bit %d: %s", at, bit, bad)
			}
		}
	}
	require.Empty(t, ids(t, st, "Note"))
	require.Zero(t, st.Stats().LogEntries)

	require.Equal(t, 3, imported(t, st, "\ufeff"+strings.ReplaceAll(text, "\n", "\r\n")+"\n\n", store.Merge).Inserted,
		"what an editor does to lines and their ends is no damage")
}

func TestImport_SaysInWhichLineWhatIsWrong(t *testing.T) {
	const head = `{"granary":"export","version":1,"models":{"Author":1,"Book":1}}`
	const end = `{"granary":"end","records":1}`
	author := func(data string) string {
		return head + "\n" + `{"model":"Author","data":` + data + "}\n" + end + "\n"
	}
	st := library(t)
	create(t, st, "Author", store.Fields{"id": "old", "name": "Ada"})
	for _, c := range []struct {
		text, model, field string
		line               int
		code               store.Code
		message            string
	}{
		{"", "", "", 0, store.ErrInvalid, "it was cut"},
		{"id,name\n1,Ada\n", "", "", 1, store.ErrInvalid, "is not JSON"},
		{`{"id":"1"}`, "", "", 1, store.ErrInvalid, "no export of a store"},
		{`{"granary":"export","version":2}`, "", "", 1, store.ErrFormat, "load the newer version of the app"},
		{`{"granary":"export","models":{}}`, "", "", 1, store.ErrInvalid, `"version":1`},
		{`{"granary":"export","version":1}`, "", "", 1, store.ErrInvalid, `"models":`},
		{`{"granary":"export","version":1,"models":{"Autor":2}}`, "Autor", "", 1, store.ErrInvalid, "Author"},
		{author(`{"id":"1"}`), "Author", "name", 2, store.ErrInvalid, "is required"},
		{author(`{"id":"1","name":5}`), "Author", "name", 2, store.ErrInvalid, "must be"},
		{author(`{"name":"Ada"}`), "Author", "id", 2, store.ErrInvalid, "is required"},
		{author(`{"id":"1","name":"Ada","nam":1}`), "Author", "nam", 2, store.ErrInvalid, "name"},
		{author(`{"id":"1","name":"Ada"`), "", "", 2, store.ErrInvalid, "is not JSON"},
		{author(`{"id":"1","name":"Ada","mark":{"wight":1}}`), "Author", "mark", 2, store.ErrInvalid, "weight"},
		{author(`{"id":"` + strings.Repeat("k", 2000) + `","name":"Ada"}`), "Author", "id", 2, store.ErrLimit, "1024"},
		{head + "\n" + `{"model":"Boook","data":{}}`, "Boook", "", 2, store.ErrInvalid, "Book"},
		{head + "\n\n" + `{"model":"Book"}`, "", "", 3, store.ErrInvalid, "one record"},
		{head + "\n" + head, "", "", 2, store.ErrInvalid, "two files"},
		{head + "\n" + `{"granary":"end","records":0}` + "\n" + head, "", "", 3, store.ErrInvalid, "two files"},
		{head + "\n" + end, "", "", 2, store.ErrInvalid, "which is 0"},
		{strings.Replace(author(`{"id":"1","name":"Ada"}`), `1}`+"\n", `1,"checksum":"00000000"}`+"\n", 1), "", "", 3, store.ErrInvalid, "take the checksum out"},
		{head + "\n" + `{"model":"Book","data":{"id":"1","title":"t","authorBooksId":"nobody"}}` + "\n" + end, "Book", "author", 0, store.ErrReference, "nobody"},
	} {
		_, err := st.Import(ctx, strings.NewReader(c.text), store.ImportOptions{Mode: store.Replace})
		var e *store.Error
		require.True(t, errors.As(err, &e), "%s", c.text)
		require.Equal(t, []any{c.code, c.model, c.field, "import"}, []any{e.Code, e.Model, e.Field, e.Op}, "%v", err)
		require.Contains(t, err.Error(), c.message)
		if c.line > 0 {
			require.Equal(t, store.ImportFault{Line: c.line}, e.Details, "%v", err)
			require.Contains(t, err.Error(), fmt.Sprintf("(line %d)", c.line))
		}
	}
	require.Equal(t, []string{"old"}, ids(t, st, "Author"), "nothing was written")
	require.Equal(t, 1, imported(t, st, author(`{"id":"1","name":"Ada"}`), store.Merge).Inserted, "a checksum is not required")
	require.Equal(t, 1, imported(t, st, strings.Replace(author(`{"id":"1","name":"Eve"}`), `"model":"Author","data":{"id":"1","name":"Eve"}`, `"data" : {"id":"1", "name":"Eve"} , "by":"hand","model":"Author"`, 1), store.Merge).Replaced)
}

func TestImport_KeepsReferencesThatLedNowhereAndNoOthers(t *testing.T) {
	const sdl = `
		type Shelf @model(timestamps: null) { id: ID! }
		type Book @model(timestamps: null) { id: ID! shelfId: ID shelf: Shelf @belongsTo(fields: ["shelfId"]) }`
	source := storetest.Open(t, sdl, memory.New())
	shelf := create(t, source, "Shelf", store.Fields{"id": "s"})
	create(t, source, "Book", store.Fields{"id": "b", "shelf": shelf})
	require.NoError(t, source.Delete(ctx, shelf))
	text := exported(t, source)
	require.Contains(t, text, `"s"`)
	st := storetest.Open(t, sdl, memory.New())
	require.Equal(t, 1, imported(t, st, text, store.Merge).Inserted)

	fresh := storetest.Open(t, sdl, memory.New())
	_, err := fresh.Import(ctx, strings.NewReader(exported(t, source, "Book")), store.ImportOptions{})
	require.ErrorIs(t, err, store.ErrReference, "whether it led anywhere the file does not say")
	at := strings.Index(text, `,"checksum"`)
	_, err = fresh.Import(ctx, strings.NewReader(text[:at]+"}\n"), store.ImportOptions{})
	require.ErrorIs(t, err, store.ErrReference, "somebody may have changed the file")
}

func TestImport_StampsWhatHasNoTimeAndKeepsTimesThatAreThere(t *testing.T) {
	now := int64(0)
	source := at(t, storetest.Library, &now)
	create(t, source, "Author", store.Fields{"id": "a", "name": "Ada"})
	text := exported(t, source)
	now = noon
	st := at(t, storetest.Library, &now)
	imported(t, st, text, store.Merge)
	imported(t, st, `{"granary":"export","version":1,"models":{"Author":1}}
{"model":"Author","data":{"id":"b","name":"Bob"}}
{"granary":"end","records":1}`, store.Merge)
	records, err := st.Query(ctx, "Author")
	require.NoError(t, err)
	require.Equal(t, "1970-01-01T00:00:00.000Z", records[0].Get("createdAt"))
	require.Equal(t, "1970-01-01T00:00:00.000Z", records[0].Get("updatedAt"))
	require.Equal(t, noonText, records[1].Get("createdAt"))
	require.Equal(t, noonText, records[1].Get("updatedAt"))
}

func TestTransfer_TellsHowFarItHasCome(t *testing.T) {
	source := storetest.Open(t, counters, memory.New())
	for i := range 2000 {
		_, err := source.BeginSave([]store.Put{{Model: "Note", Row: fmt.Appendf(nil, `{"id":"%d","text":"%s"}`, i, strings.Repeat("x", 300))}})
		require.NoError(t, err)
	}
	var text bytes.Buffer
	var done []int
	note := func(n, total int) {
		require.Equal(t, 2000, total)
		done = append(done, n)
	}
	_, err := source.Export(ctx, &text, store.ExportOptions{Progress: note})
	require.NoError(t, err)
	require.Greater(t, len(done), 2)
	require.IsIncreasing(t, done)
	require.Equal(t, 2000, done[len(done)-1])
	done = nil
	_, err = storetest.Open(t, counters, memory.New()).Import(ctx, &text, store.ImportOptions{Progress: note})
	require.NoError(t, err)
	require.Greater(t, len(done), 2)
	require.Equal(t, 2000, done[len(done)-1])

	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = source.Export(cancelled, &text, store.ExportOptions{})
	require.Error(t, err)
	_, err = source.Import(ctx, iotest.ErrReader(errors.New("torn")), store.ImportOptions{})
	require.ErrorIs(t, err, store.ErrUnavailable)
	require.ErrorContains(t, err, "torn")
}
