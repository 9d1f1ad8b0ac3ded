// Package wrong holds uses of the generated models that must not compile. A line
// that is wrong says behind "want" what the compiler is to say of it; the others
// must compile.
package wrong

import (
	"context"

	"github.com/granarydb/granary/cmd/wasmbuild/generate/library"
	"github.com/granarydb/granary/store/typed"
)

func fields(b *library.Book, c *library.Copy) {
	_ = b.Titel()                        // want "b.Titel undefined"
	var title int = b.Title()            // want "cannot use b.Title()"
	var rating float64 = b.Rating()      // want "cannot use b.Rating()"
	var status library.Wing = c.Status() // want "cannot use c.Status()"
	_ = library.StatusGone               // want "undefined: library.StatusGone"
	_ = library.NewBook{Titel: "x"}      // want "unknown field Titel"
	_ = library.NewBook{Title: 5}        // want "cannot use 5"
	_ = library.NewBook{Rating: 4.5}     // want "cannot use 4.5"
	_ = library.NewBook{CreatedAt: nil}  // want "unknown field CreatedAt"
	_ = library.NewBook{Copies: nil}     // want "unknown field Copies"
	_ = library.NewBook{Author: b}       // want "cannot use b"
	_ = library.NewAuthor{Mentor: nil}   // all of this may be
	_, _, _ = title, rating, status
}

func relations(ctx context.Context, b *library.Book) {
	var writer *library.Book
	writer, _ = b.Author(ctx) // want "cannot use b.Author(ctx)"
	var copies []*library.Book
	copies, _ = b.Copies(ctx) // want "cannot use b.Copies(ctx)"
	_, _ = b.Shelf(ctx)       // want "b.Shelf undefined"
	_ = b.AddTags(ctx, b)     // want "cannot use b"
	_ = b.AddCopies(ctx)      // want "b.AddCopies undefined"
	_, _ = writer, copies
}

func edits(b *library.Book, a *library.Author) {
	_, _ = b.With(library.BookSet.Title("x"), library.BookSet.Author(a))
	_, _ = b.With(library.BookSet.Title(5))       // want "cannot use 5"
	_, _ = b.With(library.BookSet.Titel("x"))     // want "library.BookSet.Titel undefined"
	_, _ = b.With(library.BookSet.ID("x"))        // want "library.BookSet.ID undefined"
	_, _ = b.With(library.BookSet.CreatedAt(nil)) // want "library.BookSet.CreatedAt undefined"
	_, _ = b.With(library.BookSet.Author(b))      // want "cannot use b"
	_, _ = b.With(library.BookSet.Tags(nil))      // want "library.BookSet.Tags undefined"
	_, _ = b.With(library.TagSet)                 // want "cannot use library.TagSet"
	_, _ = b.With(library.AuthorSet.Name("x"))    // want "cannot use library.AuthorSet.Name"
}

func keys(ctx context.Context, s *library.Store) {
	_, _ = s.Copies.Get(ctx, "l", 1, library.WingEast)
	_, _ = s.Books.Get(ctx, 5)                                 // want "cannot use 5"
	_, _ = s.Copies.Get(ctx, "l", 1)                           // want "not enough arguments"
	_, _ = s.Copies.Get(ctx, 1, "l", library.WingEast)         // want "cannot use 1"
	_, _ = s.Copies.Get(ctx, "l", 1, library.StatusLost)       // want "cannot use library.StatusLost"
	_, _ = s.Copies.DeleteKey(ctx, "l", "1", library.WingEast) // want "cannot use "
	_ = s.Shelves                                              // want "s.Shelves undefined"
}

func predicates(ctx context.Context, s *library.Store, b *library.Book) {
	book, specimen := library.BookWhere, library.SpecimenWhere
	_, _ = s.Books.Count(ctx, book.Title.Eq("x"), book.Copies.Some(library.CopyWhere.Number.Gt(3)))
	_ = book.Titel                                          // want "book.Titel undefined"
	_ = book.Title.Equals("x")                              // want "book.Title.Equals undefined"
	_ = book.Title.Eq(5)                                    // want "cannot use 5"
	_ = book.Title.IsNull()                                 // want "book.Title.IsNull undefined"
	_ = book.Year.Contains(1)                               // want "book.Year.Contains undefined"
	_ = book.Year.BeginsWith("1")                           // want "book.Year.BeginsWith undefined"
	_ = book.Year.Eq("1")                                   // want "cannot use "
	_ = book.Year.Between(1)                                // want "not enough arguments"
	_ = book.Rating.Eq(nil)                                 // want "cannot use nil"
	_ = book.Genre.Eq(library.StatusLost)                   // want "cannot use library.StatusLost"
	_ = book.Author.Eq(b)                                   // want "book.Author.Eq undefined"
	_ = book.Author.Some(book.Title.Eq("x"))                // want "cannot use book.Title.Eq"
	_ = book.Tags.Some(library.BookTagWhere.ID.Eq("x"))     // want "cannot use library.BookTagWhere.ID.Eq"
	_ = specimen.Flag.Gt(true)                              // want "specimen.Flag.Gt undefined"
	_ = specimen.Texts.Gt(nil)                              // want "specimen.Texts.Gt undefined"
	_ = specimen.TextsBoth.Contains(5)                      // want "cannot use 5"
	_ = specimen.TextsBoth.BeginsWith("a")                  // want "specimen.TextsBoth.BeginsWith undefined"
	_ = specimen.Data.Lt(nil)                               // want "specimen.Data.Lt undefined"
	_ = specimen.Size.Contains(nil)                         // want "specimen.Size.Contains undefined"
	_ = specimen.Sizes.Contains(nil)                        // want "specimen.Sizes.Contains undefined"
	_ = s.Books.Query(library.TagWhere.Label.Eq("x"))       // want "cannot use library.TagWhere.Label.Eq"
	_ = typed.And(book.Title.Eq("x"), specimen.Whole.Eq(1)) // want "type typed.Predicate"
	_, _ = s.Tags.DeleteWhere(ctx, book.Title.Eq("x"))      // want "cannot use book.Title.Eq"
	_, _ = s.Tags.Save(ctx, b)                              // want "cannot use b"
	_ = s.Tags.Delete(ctx, b)                               // want "cannot use b"
}

func orders(s *library.Store) {
	_ = s.Books.Query().Sort(library.BookBy.Year.Descending(), library.BookBy.Title.Ascending())
	_ = s.Books.Query().Sort(library.TagBy.Label.Ascending()) // want "cannot use library.TagBy.Label.Ascending()"
	_ = s.Books.Query().Include(library.BookWhere.Author, library.BookWhere.Tags)
	_ = s.Books.Query().Include(library.TagWhere.Books)  // want "cannot use library.TagWhere.Books"
	_ = s.Books.Query().Include(library.BookWhere.Title) // want "cannot use library.BookWhere.Title"
	_ = library.BookBy.Author                            // want "library.BookBy.Author undefined"
	_ = library.BookBy.Titel                             // want "library.BookBy.Titel undefined"
	_ = library.SpecimenBy.Texts                         // want "library.SpecimenBy.Texts undefined"
	_ = library.SpecimenBy.Data                          // want "library.SpecimenBy.Data undefined"
	_ = library.SpecimenBy.Size                          // want "library.SpecimenBy.Size undefined"
	_ = library.BookBy.Title.Up()                        // want "library.BookBy.Title.Up undefined"
}
