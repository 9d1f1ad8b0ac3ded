//go:build !js || sdl

package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/log"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/predicate"
	"github.com/granarydb/granary/store/record"
	"github.com/granarydb/granary/store/storetest"
)

// lastCommit returns the operations of the last entry of the log, as "put Model" and
// "delete Model key".
func lastCommit(t *testing.T, b *memory.Backend) (operations []string) {
	t.Helper()
	read, err := b.Handle().Read(ctx, 0)
	require.NoError(t, err)
	var known []*record.Layout
	for _, e := range read.Entries {
		operations = nil
		known, err = log.ReadEntry(e, known, func(op log.Operation) error {
			if op.Row != nil {
				operations = append(operations, "put "+op.Layout.Model)
			} else {
				operations = append(operations, "delete "+op.Layout.Model+" "+string(op.Key))
			}
			return nil
		})
		require.NoError(t, err)
	}
	return operations
}

// dump is everything that a store holds, in order.
func dump(t *testing.T, st *store.Store, models ...string) string {
	t.Helper()
	var text strings.Builder
	for _, model := range models {
		records, err := st.Query(ctx, model)
		require.NoError(t, err)
		for _, r := range records {
			fmt.Fprintf(&text, "%s %s\n", model, r.JSON())
		}
	}
	return text.String()
}

func saveAll(t *testing.T, st *store.Store, puts ...store.Put) {
	t.Helper()
	c, err := st.BeginSave(puts)
	require.NoError(t, err)
	require.NoError(t, c.Wait(ctx))
}

func TestDelete_RelatedRecordsGoBeforeTheirOwnerInTheOrderOfTheSchema(t *testing.T) {
	b := memory.New()
	st := storetest.Open(t, `
		type Author @model { id: ID! books: [Book] @hasMany notes: [Note] @hasMany tags: [Tag] @manyToMany(relationName: "AuthorTag") }
		type Book @model { id: ID! pages: [Page] @hasMany cover: Cover @hasOne }
		type Page @model { id: ID! }
		type Cover @model { id: ID! book: Book @belongsTo }
		type Note @model { id: ID! }
		type Tag @model { id: ID! authors: [Author] @manyToMany(relationName: "AuthorTag") }
		type Prize @model { id: ID! authorId: ID! author: Author! @belongsTo(fields: ["authorId"]) }`, b)
	saveAll(t, st, put("Author", `{"id":"a"}`), put("Author", `{"id":"z"}`), put("Note", `{"id":"n","authorNotesId":"a"}`),
		put("Cover", `{"id":"c"}`), put("Book", `{"id":"b2","authorBooksId":"a","bookCoverId":"c"}`), put("Book", `{"id":"b1","authorBooksId":"a"}`),
		put("Page", `{"id":"p1","bookPagesId":"b1"}`), put("Page", `{"id":"p2","bookPagesId":"b2"}`), put("Tag", `{"id":"t"}`),
		put("AuthorTag", `{"id":"j","authorId":"a","tagId":"t"}`), put("Prize", `{"id":"p","authorId":"a"}`))
	deleted, err := st.DeleteWhere(ctx, "Author", predicate.All())
	require.NoError(t, err)
	require.Len(t, deleted, 2)
	require.Equal(t, []string{`delete Page "p2"`, `delete Cover "c"`, `delete Book "b2"`, `delete Page "p1"`, `delete Book "b1"`,
		`delete Note "n"`, `delete AuthorTag "j"`, `delete Prize "p"`, `delete Author "a"`, `delete Author "z"`}, lastCommit(t, b))
	require.Equal(t, []string{"t"}, ids(t, st, "Tag"))
}

const web = `type Node @model(timestamps: null) { id: ID! kids: [Node] @hasMany others: [Node] @hasMany }`

func TestDelete_RelatedRecordsGoBeforeEveryOwnerHoweverTheyAreWoven(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		b := memory.New()
		st := storetest.Open(t, web, b)
		const n = 30
		var owners [n][]int
		var puts []store.Put
		for i := range n {
			of := func() string {
				if i == 0 || random.IntN(4) == 0 {
					return "null"
				}
				owner := random.IntN(i)
				owners[i] = append(owners[i], owner)
				return fmt.Sprintf(`"%02d"`, owner)
			}
			puts = append(puts, put("Node", fmt.Sprintf(`{"id":"%02d","nodeKidsId":%s,"nodeOthersId":%s}`, i, of(), of())))
		}
		random.Shuffle(n, func(i, j int) { puts[i], puts[j] = puts[j], puts[i] })
		saveAll(t, st, puts...)
		first := random.IntN(n / 3)
		_, err := st.DeleteKey(ctx, "Node", fmt.Sprintf("%02d", first))
		require.NoError(t, err)

		order := lastCommit(t, b)
		place := func(i int) int { return slices.Index(order, fmt.Sprintf(`delete Node "%02d"`, i)) }
		require.Equal(t, len(order)-1, place(first), "seed %d", seed)
		for i := range n {
			gone := i == first || slices.ContainsFunc(owners[i], func(o int) bool { return place(o) >= 0 })
			require.Equal(t, gone, place(i) >= 0, "seed %d: node %d", seed, i)
			for _, o := range owners[i] {
				require.True(t, place(o) < 0 || place(i) < place(o), "seed %d: node %d goes behind its owner %d: %v", seed, i, o, order)
			}
		}
	}
}

// house has each onDelete on each kind of relation that may have it.
const house = `
	type House @model {
		id: ID!
		rooms: [Room] @hasMany
		guests: [Guest] @hasMany(onDelete: RESTRICT)
		cats: [Cat] @hasMany(onDelete: SET_NULL)
		roof: Roof @hasOne(onDelete: RESTRICT)
		owner: Owner @hasOne(onDelete: SET_NULL)
		clubs: [Club] @manyToMany(relationName: "HouseClub", onDelete: RESTRICT)
	}
	type Room @model { id: ID! guests: [Guest] @hasMany cats: [Cat] @hasMany }
	type Guest @model { id: ID! cats: [Cat] @hasMany(onDelete: SET_NULL) }
	type Cat @model { id: ID! name: String toys: [Toy] @hasMany(onDelete: RESTRICT) }
	type Toy @model { id: ID! }
	type Roof @model { id: ID! }
	type Owner @model { id: ID! }
	type Club @model { id: ID! houses: [House] @manyToMany(relationName: "HouseClub") }`

func TestDelete_DecidesAboutRestrictAndSetNullForTheWholeOfIt(t *testing.T) {
	models := []string{"House", "Room", "Guest", "Cat", "Toy", "Roof", "Owner", "Club", "HouseClub"}
	for name, c := range map[string]struct {
		puts    []store.Put
		refused string // what refuses it; "" for nothing
		left    string // the ids that stay when it is not refused
	}{
		"restrict":                          {[]store.Put{put("Guest", `{"id":"g","houseGuestsId":"h"}`)}, "House.guests", ""},
		"restrict of a has-one":             {[]store.Put{put("Roof", `{"id":"r"}`), put("House", `{"id":"h","houseRoofId":"r"}`)}, "House.roof", ""},
		"restrict of a many-to-many":        {[]store.Put{put("Club", `{"id":"c"}`), put("HouseClub", `{"id":"j","houseId":"h","clubId":"c"}`)}, "House.clubs", ""},
		"what goes anyway restricts not":    {[]store.Put{put("Room", `{"id":"r","houseRoomsId":"h"}`), put("Guest", `{"id":"g","houseGuestsId":"h","roomGuestsId":"r"}`)}, "", ""},
		"one of two restricts":              {[]store.Put{put("Room", `{"id":"r","houseRoomsId":"h"}`), put("Guest", `{"id":"g","houseGuestsId":"h","roomGuestsId":"r"}`), put("Guest", `{"id":"k","houseGuestsId":"h"}`)}, "House.guests", ""},
		"set null":                          {[]store.Put{put("Cat", `{"id":"c","name":"Tom","houseCatsId":"h"}`)}, "", "c"},
		"set null twice":                    {[]store.Put{put("Room", `{"id":"r","houseRoomsId":"h"}`), put("Guest", `{"id":"g","roomGuestsId":"r"}`), put("Cat", `{"id":"c","houseCatsId":"h","guestCatsId":"g"}`)}, "", "c"},
		"set null of what goes":             {[]store.Put{put("Room", `{"id":"r","houseRoomsId":"h"}`), put("Cat", `{"id":"c","houseCatsId":"h","roomCatsId":"r"}`)}, "", ""},
		"set null spares what is below":     {[]store.Put{put("Cat", `{"id":"c","houseCatsId":"h"}`), put("Toy", `{"id":"t","catToysId":"c"}`)}, "", "c t"},
		"restrict far below":                {[]store.Put{put("Room", `{"id":"r","houseRoomsId":"h"}`), put("Cat", `{"id":"c","roomCatsId":"r"}`), put("Toy", `{"id":"t","catToysId":"c"}`)}, "Cat.toys", ""},
		"set null and restrict at once":     {[]store.Put{put("Cat", `{"id":"c","houseCatsId":"h"}`), put("Guest", `{"id":"g","houseGuestsId":"h"}`)}, "House.guests", ""},
		"set null of a has-one":             {[]store.Put{put("Owner", `{"id":"o"}`), put("House", `{"id":"h","houseOwnerId":"o"}`)}, "", "o"},
		"another house's guests are no bar": {[]store.Put{put("House", `{"id":"x"}`), put("Guest", `{"id":"g","houseGuestsId":"x"}`)}, "", "x g"},
	} {
		t.Run(name, func(t *testing.T) {
			b := memory.New()
			st := storetest.Open(t, house, b)
			saveAll(t, st, append([]store.Put{put("House", `{"id":"h"}`)}, c.puts...)...)
			before, head := dump(t, st, models...), store.Head(st)
			_, err := st.DeleteKey(ctx, "House", "h")
			if c.refused != "" {
				require.ErrorIs(t, err, store.ErrReference)
				require.ErrorContains(t, err, "delete "+c.refused+": still has a ")
				require.Equal(t, before, dump(t, st, models...), "nothing changed")
				require.Equal(t, head, store.Head(st), "nothing was written")
				return
			}
			require.NoError(t, err)
			var left []string
			for _, model := range models {
				left = append(left, ids(t, st, model)...)
			}
			require.Equal(t, c.left, strings.Join(left, " "))
			require.NotContains(t, dump(t, st, models...), `"h"`, "no reference to it is left")
		})
	}
}

func TestDelete_SetsAllOfACompositeReferenceToNull(t *testing.T) {
	st := storetest.Open(t, `
		type Seat @model(timestamps: null) { row: String! @primaryKey(sortKeyFields: ["number"]) number: Int! tickets: [Ticket] @hasMany(onDelete: SET_NULL) }
		type Ticket @model(timestamps: null) { id: ID! price: Int }`, memory.New())
	saveAll(t, st, put("Seat", `{"row":"A","number":1}`), put("Seat", `{"row":"A","number":2}`),
		put("Ticket", `{"id":"t","price":5,"seatTicketsRow":"A","seatTicketsNumber":1}`), put("Ticket", `{"id":"u","seatTicketsRow":"A","seatTicketsNumber":2}`))
	_, err := st.DeleteKey(ctx, "Seat", []any{"A", 1})
	require.NoError(t, err)
	require.Equal(t, `Ticket {"id":"t","price":5,"seatTicketsRow":null,"seatTicketsNumber":null}
Ticket {"id":"u","price":null,"seatTicketsRow":"A","seatTicketsNumber":2}
`, dump(t, st, "Ticket"))
}

func TestDelete_ThatIsRefusedChangesNothing(t *testing.T) {
	st := library(t)
	a := create(t, st, "Author", store.Fields{"id": "a", "name": "Ada"})
	saveAll(t, st, put("Book", `{"id":"b","title":"t","authorBooksId":"a"}`), put("Loan", `{"id":"l","bookLoansId":"b"}`))
	models := []string{"Author", "Book", "Loan"}
	before, head := dump(t, st, models...), store.Head(st)
	for code, err := range map[store.Code]error{
		store.ErrReference: st.Delete(ctx, a),
		store.ErrConflict:  st.Delete(ctx, a, store.OnlyIf(predicate.Where("name").Eq("Bob"))),
		store.ErrInvalid:   st.Delete(ctx, a, store.OnlyIf(predicate.Where("nme").Eq("Bob"))),
	} {
		require.ErrorIs(t, err, code)
		require.Equal(t, before, dump(t, st, models...))
		require.Equal(t, head, store.Head(st))
	}
}
