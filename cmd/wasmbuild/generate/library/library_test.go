package library_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/granarydb/granary/cmd/wasmbuild/generate/library"
	"github.com/granarydb/granary/store"
	"github.com/granarydb/granary/store/memory"
	"github.com/granarydb/granary/store/storetest"
	"github.com/granarydb/granary/store/typed"
)

// open opens a library in memory, which is checked when the test ends.
func open(t *testing.T) *library.Store {
	t.Helper()
	models, err := library.Schema()
	require.NoError(t, err)
	s, err := library.Wrap(storetest.OpenWith(t, store.Options{Schema: models, Backend: memory.New()}))
	require.NoError(t, err)
	return s
}

// must returns what was made; an error ends the test.
func must[V any](t *testing.T) func(V, error) V {
	return func(v V, err error) V {
		t.Helper()
		require.NoError(t, err)
		return v
	}
}

// shelf fills a library with two authors, two books and a copy of the first.
func shelf(t *testing.T, s *library.Store) (mary, ada *library.Author, notes, essay *library.Book) {
	t.Helper()
	mary = must[*library.Author](t)(s.Authors.New(library.NewAuthor{Name: "Mary", Born: new("1780-12-26")}))
	ada = must[*library.Author](t)(s.Authors.New(library.NewAuthor{Name: "Ada", Mentor: mary}))
	notes = must[*library.Book](t)(s.Books.New(library.NewBook{Title: "Notes", Year: 1843, Author: ada, Genre: new(library.GenreInBetween)}))
	essay = must[*library.Book](t)(s.Books.New(library.NewBook{Title: "Essay", Year: 1834, AuthorBooksID: new(mary.ID()), Rating: new(4.5)}))
	copied := must[*library.Copy](t)(s.Copies.New(library.NewCopy{Library: "l", Number: 1, Wing: library.WingEast, Book: notes}))
	require.NoError(t, s.SaveAll(t.Context(), mary, ada, notes, essay, copied))
	return mary, ada, notes, essay
}

func titles(books []*library.Book) string {
	var list []string
	for _, b := range books {
		list = append(list, b.Title())
	}
	return strings.Join(list, " ")
}

func TestModels_TellTheStoryOfALibrary(t *testing.T) {
	ctx, s := t.Context(), open(t)
	mary, ada, notes, essay := shelf(t, s)

	poetry := must[*library.Tag](t)(s.Tags.New(library.NewTag{Label: "poetry"}))
	tagged := must[*library.BookTag](t)(s.BookTags.New(library.NewBookTag{Book: notes, Tag: poetry}))
	follows := must[*library.Succession](t)(s.Successions.New(library.NewSuccession{BookSequels: essay, BookPrequels: notes}))
	require.NoError(t, s.SaveAll(ctx, poetry, tagged, follows))

	require.Equal(t, "Ada", must[*library.Author](t)(notes.Author(ctx)).Name())
	require.Nil(t, must[*library.Author](t)(mary.Mentor(ctx)))
	require.Equal(t, ada.ID(), must[[]*library.Author](t)(mary.Pupils(ctx))[0].ID())
	require.Equal(t, "poetry", must[[]*library.Tag](t)(notes.Tags(ctx))[0].Label())
	require.Equal(t, "Notes", titles(must[[]*library.Book](t)(essay.Sequels(ctx))))

	for _, row := range []struct {
		where typed.Predicate[*library.Book]
		want  string
	}{
		{library.BookWhere.Title.BeginsWith("N"), "Notes"},
		{library.BookWhere.Year.Between(1800, 1840), "Essay"},
		{library.BookWhere.Rating.IsNull(), "Notes"},
		{library.BookWhere.Rating.Gt(4), "Essay"},
		{library.BookWhere.Genre.In(library.GenreInBetween, library.GenrePoetry), "Notes"},
		{library.BookWhere.Author.Some(library.AuthorWhere.Mentor.Some(library.AuthorWhere.Name.Eq("Mary"))), "Notes"},
		{library.BookWhere.Copies.None(library.CopyWhere.Wing.Eq(library.WingEast)), "Essay"},
		{library.BookWhere.Tags.Some(library.TagWhere.Label.Contains("etr")), "Notes"},
		{library.BookWhere.Tags.None(library.TagWhere.Label.Eq("poetry")), "Essay"},
		{library.BookWhere.Tags.Every(library.TagWhere.Label.Eq("prose")), "Essay"},
		{library.BookWhere.Tags.Joins.Some(library.BookTagWhere.TagLabel.Eq("poetry")), "Notes"},
		{library.BookWhere.Sequels.Some(library.BookWhere.Title.Eq("Notes")), "Essay"},
		{typed.Or(library.BookWhere.Year.Lt(1840), typed.Not(library.BookWhere.Title.NotContains("ote"))), "Notes Essay"},
		{typed.And(library.BookWhere.Year.Ge(1834), library.BookWhere.Year.Le(1834), library.BookWhere.Title.Ne("Notes")), "Essay"},
		{typed.Predicate[*library.Book]{}, "Notes Essay"},
	} {
		require.Equal(t, row.want, titles(must[[]*library.Book](t)(s.Books.Query(row.where).All(ctx))))
		require.Equal(t, strings.Count(row.want, " ")+1, must[int](t)(s.Books.Count(ctx, row.where)))
	}
}

func TestQueries_SortAndPage(t *testing.T) {
	ctx, s := t.Context(), open(t)
	shelf(t, s)
	all := s.Books.Query()
	require.Equal(t, "Essay Notes", titles(must[[]*library.Book](t)(all.Sort(library.BookBy.Year.Ascending()).All(ctx))))
	byRating := all.Sort(library.BookBy.Rating.Descending(), library.BookBy.Title.Ascending())
	require.Equal(t, "Essay", titles(must[[]*library.Book](t)(byRating.Limit(1).All(ctx))))
	require.Equal(t, "Notes", titles(must[[]*library.Book](t)(byRating.Page(1, 1).All(ctx))))
	require.Equal(t, "Notes", must[*library.Book](t)(byRating.Page(1, 1).First(ctx)).Title())
	require.Equal(t, "Notes", must[*library.Book](t)(all.First(ctx)).Title(), "a query is a value: none of these changed it")
	require.Nil(t, must[*library.Book](t)(s.Books.Query(library.BookWhere.Year.Gt(2000)).First(ctx)))
	_, err := all.Limit(-1).All(ctx)
	require.ErrorIs(t, err, store.ErrInvalid)
}

func TestConnections_AreMadeTakenApartAndLoadedAlong(t *testing.T) {
	ctx, s := t.Context(), open(t)
	_, _, notes, essay := shelf(t, s)
	poetry := must[*library.Tag](t)(s.Tags.New(library.NewTag{Label: "poetry"}))
	prose := must[*library.Tag](t)(s.Tags.New(library.NewTag{Label: "prose"}))
	must[[]*library.Tag](t)(s.Tags.SaveAll(ctx, []*library.Tag{poetry, prose}))
	require.NoError(t, notes.AddTags(ctx, poetry, prose))
	require.NoError(t, notes.AddTags(ctx, prose))
	require.NoError(t, essay.AddSequels(ctx, notes))
	require.Equal(t, 2, must[int](t)(s.BookTags.Count(ctx)))

	found := must[[]*library.Book](t)(s.Books.Query().Include(library.BookWhere.Author, library.BookWhere.Tags).All(ctx))
	require.NoError(t, notes.RemoveTags(ctx, poetry))
	require.Len(t, found[0].IncludedTags(), 2, "as they were when the query was answered")
	require.Empty(t, found[1].IncludedTags())
	require.NotNil(t, found[1].IncludedTags())
	require.Equal(t, "Ada", found[0].IncludedAuthor().Name())
	require.Nil(t, found[0].IncludedCopies(), "nobody asked for them")
	require.Nil(t, notes.IncludedAuthor())
	require.Len(t, must[[]*library.Tag](t)(notes.Tags(ctx)), 1)
	require.Equal(t, "Essay", titles(must[[]*library.Book](t)(notes.Prequels(ctx))))
	require.NoError(t, notes.RemovePrequels(ctx, essay))
	require.Empty(t, must[[]*library.Book](t)(notes.Prequels(ctx)))
}

func TestKeys_FindAndDelete(t *testing.T) {
	ctx, s := t.Context(), open(t)
	_, _, notes, _ := shelf(t, s)
	require.Equal(t, "Notes", must[*library.Book](t)(s.Books.Get(ctx, notes.ID())).Title())
	require.Nil(t, must[*library.Book](t)(s.Books.Get(ctx, "nowhere")))

	found := must[*library.Copy](t)(s.Copies.Get(ctx, "l", 1, library.WingEast))
	require.Equal(t, library.StatusAvailable, found.Status(), "the default")
	loan := must[*library.Loan](t)(s.Loans.New(library.NewLoan{Until: "2026-01-01T00:00:00Z", Copy: found}))
	loan = must[*library.Loan](t)(s.Loans.Save(ctx, loan))
	require.Equal(t, library.WingEast, *loan.CopyLoansWing())
	require.NotNil(t, loan.CreatedAt())
	require.NoError(t, s.Loans.Delete(ctx, loan))
	require.Nil(t, must[*library.Copy](t)(s.Copies.DeleteKey(ctx, "l", 1, library.WingWest)))
	require.NotNil(t, must[*library.Copy](t)(s.Copies.DeleteKey(ctx, "l", 1, library.WingEast)))
	gone := must[[]*library.Book](t)(s.Books.DeleteWhere(ctx, library.BookWhere.Year.Gt(1840)))
	require.Equal(t, "Notes", titles(gone))
}

func TestEdits_OfSeveralCopiesAddUp(t *testing.T) {
	ctx, s := t.Context(), open(t)
	mary, ada, notes, essay := shelf(t, s)
	essay = must[*library.Book](t)(s.Books.Get(ctx, essay.ID()))
	first := must[*library.Book](t)(essay.With(library.BookSet.Title("Letter"), library.BookSet.Rating(nil)))
	second := must[*library.Book](t)(essay.With(library.BookSet.Author(ada), library.BookSet.Genre(new(library.GenrePoetry))))
	must[[]*library.Book](t)(s.Books.SaveAll(ctx, []*library.Book{first, second}))
	now := must[*library.Book](t)(s.Books.Get(ctx, essay.ID()))
	require.Equal(t, "Letter", now.Title())
	require.Nil(t, now.Rating())
	require.Equal(t, library.GenrePoetry, *now.Genre())
	require.Equal(t, ada.ID(), now.AuthorBooksID())

	_, err := s.Books.Save(ctx, first, library.BookWhere.Title.Eq("Essay"))
	require.ErrorIs(t, err, store.ErrConflict)
	require.ErrorIs(t, s.Books.Delete(ctx, notes, library.BookWhere.Year.Lt(1800)), store.ErrConflict)
	must[*library.Book](t)(s.Books.Save(ctx, first, library.BookWhere.Title.Eq("Letter"), library.BookWhere.Rating.IsNull()))

	alone := must[*library.Author](t)(ada.With(library.AuthorSet.Mentor(nil)))
	require.Nil(t, alone.AuthorPupilsID())
	back := must[*library.Author](t)(alone.With(library.AuthorSet.Mentor(mary)))
	require.Equal(t, mary.ID(), *back.AuthorPupilsID())
	_, err = essay.With(library.BookSet.Author(nil))
	require.ErrorIs(t, err, store.ErrInvalid, "a required relation is never null")
}

func specimen() library.NewSpecimen {
	unit := library.Unit{Name: "mm"}
	return library.NewSpecimen{
		TextNeeded: "t", WholeNeeded: 1, RealNeeded: 0.5, FlagNeeded: true, DataNeeded: map[string]any{"a": []any{1.0}},
		StatusNeeded: library.StatusLent, SizeNeeded: library.Size{Width: 1, Unit: unit},
	}
}

func TestValues_OfEveryKindComeBack(t *testing.T) {
	ctx, s := t.Context(), open(t)
	n := specimen()
	n.Stamp, n.Whole, n.Flag, n.Status = new(int64(-5)), new(7), new(false), new(library.StatusLost)
	n.Data = []any{1, map[string]string{"b": "c"}}
	n.Size = &library.Size{Width: 2, Height: new(3), Unit: library.Unit{Name: "mm", Inner: &library.Unit{Name: "m"}}, Notes: []string{"x"}}
	n.Texts, n.TextsFilled, n.TextsNeeded = []*string{new("a"), nil}, []string{}, []*string{nil}
	n.Wholes, n.Flags, n.Statuses = []*int{nil, new(2)}, []bool{true}, []*library.Status{new(library.StatusLost)}
	n.Sizes, n.DataList = []*library.Size{nil, {Width: 1, Unit: library.Unit{Name: "cm"}}}, []any{[]any{}, nil}
	made := must[*library.Specimen](t)(s.Specimens.New(n))
	must[*library.Specimen](t)(s.Specimens.Save(ctx, made))
	got := must[*library.Specimen](t)(s.Specimens.Get(ctx, made.ID()))

	require.Equal(t, int64(-5), *got.Stamp())
	require.Equal(t, 7, *got.Whole())
	require.False(t, *got.Flag())
	require.True(t, got.FlagNeeded())
	require.Nil(t, got.Real())
	require.Nil(t, got.Day())
	require.Equal(t, library.StatusLost, *got.Status())
	require.Equal(t, map[string]any{"a": []any{1.0}}, got.DataNeeded())
	require.Equal(t, []any{1.0, map[string]any{"b": "c"}}, got.Data())
	require.Equal(t, n.Size, got.Size())
	require.Equal(t, n.SizeNeeded, got.SizeNeeded())
	require.Equal(t, n.Texts, got.Texts())
	require.Equal(t, []string{}, got.TextsFilled())
	require.Equal(t, []string{}, got.TextsBoth(), "a list that is never null is empty when it was left nil")
	require.Equal(t, []*string{nil}, got.TextsNeeded())
	require.Equal(t, n.Wholes, got.Wholes())
	require.Equal(t, n.Sizes, got.Sizes())
	require.Equal(t, n.DataList, got.DataList())
	require.Nil(t, must[*library.Specimen](t)(got.With(library.SpecimenSet.Texts(nil), library.SpecimenSet.Size(nil))).Texts())
	require.Equal(t, []string{}, must[*library.Specimen](t)(got.With(library.SpecimenSet.TextsBoth(nil))).TextsBoth())
	require.Equal(t, "it's \"quoted\" `here`", got.TextWithDefault())

	for _, where := range []typed.Predicate[*library.Specimen]{
		library.SpecimenWhere.Texts.Contains(nil),
		library.SpecimenWhere.Texts.Contains(new("a")),
		library.SpecimenWhere.TextsFilled.NotContains("a"),
		library.SpecimenWhere.Statuses.Contains(new(library.StatusLost)),
		library.SpecimenWhere.Size.Eq(*n.Size),
		library.SpecimenWhere.Size.NotNull(),
		library.SpecimenWhere.Sizes.Eq(n.Sizes),
		library.SpecimenWhere.Data.Eq([]any{1, map[string]any{"b": "c"}}),
		library.SpecimenWhere.Flag.In(false),
		library.SpecimenWhere.Wholes.Eq([]*int{nil, new(2)}),
		library.SpecimenWhere.Stamp.Lt(0),
		library.SpecimenWhere.StatusNeeded.NotIn(library.StatusAvailable),
	} {
		require.Equal(t, 1, must[int](t)(s.Specimens.Count(ctx, where)))
	}
}

func TestBadValues_GiveTypedErrorsAndStoreNothing(t *testing.T) {
	ctx, s := t.Context(), open(t)
	endless := &library.Unit{Name: "a"}
	endless.Inner = endless
	around := map[string]any{}
	around["again"] = around
	for _, row := range []struct {
		change func(*library.NewSpecimen)
		code   store.Code
		says   string
	}{
		{func(n *library.NewSpecimen) { n.StatusNeeded = "GONE" }, store.ErrInvalid, "statusNeeded: must be one of AVAILABLE"},
		{func(n *library.NewSpecimen) { n.StatusNeeded = "" }, store.ErrInvalid, "statusNeeded"},
		{func(n *library.NewSpecimen) { n.WholeNeeded = 1 << 40 }, store.ErrInvalid, "wholeNeeded: must be an integer"},
		{func(n *library.NewSpecimen) { n.DataNeeded = nil }, store.ErrInvalid, "dataNeeded"},
		{func(n *library.NewSpecimen) { n.Data = make(chan int) }, store.ErrInvalid, "data"},
		{func(n *library.NewSpecimen) { n.Data = struct{ A int }{1} }, store.ErrInvalid, "data"},
		{func(n *library.NewSpecimen) { n.Data = around }, store.ErrLimit, "nested"},
		{func(n *library.NewSpecimen) { n.SizeNeeded.Unit = *endless }, store.ErrLimit, "nested"},
		{func(n *library.NewSpecimen) { n.Day = new("2026-02-30") }, store.ErrInvalid, "day"},
	} {
		n := specimen()
		row.change(&n)
		_, err := s.Specimens.New(n)
		require.ErrorIs(t, err, row.code)
		require.ErrorContains(t, err, row.says)
	}
	_, err := s.Books.New(library.NewBook{Title: "of nobody", Year: 1})
	require.ErrorIs(t, err, store.ErrInvalid)
	_, err = s.Specimens.Query(library.SpecimenWhere.Size.Eq(library.Size{Unit: *endless})).All(ctx)
	require.ErrorIs(t, err, store.ErrLimit)
	require.Zero(t, must[int](t)(s.Specimens.Count(ctx)))
}

func TestNil_IsNoRecord(t *testing.T) {
	ctx, s := t.Context(), open(t)
	var none *library.Book
	require.Nil(t, none.Record())
	require.Empty(t, none.Title())
	require.Nil(t, none.Rating())
	_, err := none.With(library.BookSet.Title("x"))
	require.ErrorIs(t, err, store.ErrInvalid)
	_, err = none.Author(ctx)
	require.ErrorIs(t, err, store.ErrInvalid)
	_, err = none.Copies(ctx)
	require.ErrorIs(t, err, store.ErrInvalid)
	require.ErrorIs(t, none.AddTags(ctx), store.ErrInvalid)
	require.ErrorIs(t, none.RemoveTags(ctx), store.ErrInvalid)
	_, err = s.Books.Save(ctx, none)
	require.ErrorIs(t, err, store.ErrInvalid)
	require.ErrorIs(t, s.Books.Delete(ctx, none), store.ErrInvalid)
	require.ErrorIs(t, s.SaveAll(ctx, none), store.ErrInvalid)
	require.ErrorIs(t, s.SaveAll(ctx, nil), store.ErrInvalid)
}

func TestTypes_FitTheirOwnModelAndSchemaOnly(t *testing.T) {
	ctx, s := t.Context(), open(t)
	mary, _, _, _ := shelf(t, s)
	require.Equal(t, "Mary", library.AuthorOf(mary.Record()).Name())
	require.Nil(t, library.BookOf(mary.Record()))
	require.Nil(t, library.BookOf(nil))

	other := storetest.Open(t, "type Author @model { id: ID! }", memory.New())
	_, err := library.Wrap(other)
	require.ErrorIs(t, err, store.ErrInvalid)
	_, err = library.Wrap(nil)
	require.ErrorIs(t, err, store.ErrInvalid)

	own, err := library.Open(ctx, store.Options{Backend: memory.New()})
	require.NoError(t, err)
	require.NoError(t, own.Close())
	_, err = own.Books.Count(ctx)
	require.ErrorIs(t, err, store.ErrClosed)
}
