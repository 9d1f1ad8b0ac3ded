//go:build !js || sdl

package store

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/schema"
)

// unsound opens a store that the test damages, and saves two records in it.
func unsound(t *testing.T) *Store {
	s, err := schema.Parse(`
		type Shelf @model(timestamps: null) { id: ID! name: String books: [Book] @hasMany }
		type Book @model(timestamps: null) { id: ID! pages: Int shelf: Shelf! @belongsTo }`)
	require.NoError(t, err)
	st, err := Open(context.Background(), Options{Schema: s, Backend: memory.New()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, st.Close()) })
	_, err = st.BeginSave([]Put{{Model: "Shelf", Row: []byte(`{"id":"s"}`)}, {Model: "Book", Row: []byte(`{"id":"b","pages":5,"shelfBooksId":"s"}`)}})
	require.NoError(t, err)
	problems, err := st.Check(context.Background())
	require.NoError(t, err)
	require.Empty(t, problems)
	return st
}

func TestCheck_FindsWhatDoesNotHold(t *testing.T) {
	row := func(st *Store, model string, values ...string) record.Row {
		texts := make([][]byte, len(values))
		for i, v := range values {
			texts[i] = []byte(v)
		}
		return st.data.tables.Of(st.schema.Model(model)).Layout.Append(nil, texts)
	}
	for want, damage := range map[string]func(st *Store){
		`Book.shelf of row 0 leads to no record: "x"`: func(st *Store) { st.data.tables[1].Update(0, row(st, "Book", `"b"`, `5`, `"x"`), 9) },
		`Book.shelf: is required`:                     func(st *Store) { st.data.tables[1].Update(0, row(st, "Book", `"b"`, `5`, `null`), 9) },
		`Book.pages: must be an integer`:              func(st *Store) { st.data.tables[1].Update(0, row(st, "Book", `"b"`, `"5"`, `"s"`), 9) },
		`Book: row 0 is not canonical`:                func(st *Store) { st.data.tables[1].Update(0, row(st, "Book", `"b"`, `5.0`, `"s"`), 9) },
		`Shelf: row 0 differs in storage`:             func(st *Store) { st.data.tables[0].Update(0, row(st, "Shelf", `"s"`, `"new"`), 9) },
		`Shelf: 2 rows in memory, 1 in storage`:       func(st *Store) { st.data.tables[0].Insert(row(st, "Shelf", `"t"`, `null`), 9) },
	} {
		t.Run(want, func(t *testing.T) {
			st := unsound(t)
			damage(st)
			problems, err := st.Check(context.Background())
			require.NoError(t, err)
			require.Contains(t, strings.Join(problems, "\n"), want)
		})
	}
}
