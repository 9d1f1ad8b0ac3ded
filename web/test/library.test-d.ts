// What must compile with generated models, and, under ts-expect-error, what must
// not: one wrong thing a line. tsc runs this file.

import { DataStore, Predicates, type Draft, type Include, type Init, type JSONData, type Key, type RelationName } from 'granary';
import {
  Author, Book, BookTag, Copy, Genre, Loan, open, Profile, Specimen, Status, Succession, Tag, Wing,
  type Models, type Size, type Store, type Unit,
} from './library/models.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles when A and B are the same type. */
function same<A, B>(..._: Equal<A, B> extends true ? [] : ['these types differ']): void {}

declare const author: Author;
declare const book: Book;
declare const copy: Copy;
declare const tag: Tag;

export async function opening(): Promise<void> {
  const store = await open();
  same<typeof store, Store>();
  same<typeof store, DataStore<Models>>();
  await open({ name: 'other', storage: 'memory', durability: 'strict' });
  // @ts-expect-error the schema is the module's own
  await open({ schema: '' });
  // @ts-expect-error there is no such storage
  await open({ storage: 'disk' });
  // @ts-expect-error there is no such model
  void store.models.Shelf;
}

export function enums(): void {
  same<Status, 'AVAILABLE' | 'LENT' | 'LOST'>();
  same<typeof Genre.in_between, 'in_between'>();
  const wing: Wing = Wing.EAST;
  void wing;
  // @ts-expect-error not a value of the enum
  const status: Status = 'GONE';
  void status;
  // @ts-expect-error a const object does not change
  Status.LOST = 'LENT';
}

export function making(): void {
  new Author({ name: 'Ada' });
  new Author({ id: 'a1', name: 'Ada', born: null, mentor: author });
  new Author({ name: 'Ada', mentor: null });
  new Author({ name: 'Ada', authorPupilsId: 'a1' });
  // @ts-expect-error a required field is missing
  new Author({ born: '1815-12-10' });
  // @ts-expect-error a required field is never null
  new Author({ name: null });
  // @ts-expect-error an unknown field
  new Author({ name: 'Ada', nmae: 'Ada' });
  // @ts-expect-error a name is a string
  new Author({ name: 5 });
  // @ts-expect-error to-many relations are not given
  new Author({ name: 'Ada', books: [] });
  // @ts-expect-error a book is no author
  new Author({ name: 'Ada', mentor: book });
  // @ts-expect-error the store keeps the time of creation
  new Author({ name: 'Ada', createdAt: '2026-01-01T00:00:00Z' });
  // @ts-expect-error the store keeps it under the name that the schema gives it
  new Profile({ text: 'x', author, made: null });

  new Book({ title: 'Notes', year: 1843, author });
  new Book({ title: 'Notes', year: 1843, authorBooksId: 'a1', genre: Genre.novel });
  // @ts-expect-error neither the required author nor its key
  new Book({ title: 'Notes', year: 1843 });
  // @ts-expect-error a required author is never null
  new Book({ title: 'Notes', year: 1843, author: null });
  // @ts-expect-error a tag is no author
  new Book({ title: 'Notes', year: 1843, author: tag });
  // @ts-expect-error not a value of the enum
  new Book({ title: 'Notes', year: 1843, author, genre: 'NOVEL' });
  // @ts-expect-error a year is a number
  new Book({ title: 'Notes', year: '1843', author });

  new Copy({ library: 'l', number: 1, wing: Wing.EAST, book });
  new Copy({ library: 'l', number: 1, wing: 'WEST', bookId: 'b', status: 'LENT' });
  // @ts-expect-error every part of the key is given
  new Copy({ library: 'l', wing: 'EAST', book });
  // @ts-expect-error what has a default may be left out, but is never null
  new Copy({ library: 'l', number: 1, wing: 'EAST', book, status: null });
  // @ts-expect-error this model keeps no times
  new Copy({ library: 'l', number: 1, wing: 'EAST', book, createdAt: null });
  // @ts-expect-error a key that nobody generates is given
  new Tag({});
  // @ts-expect-error one relation by its record does not make up for the other
  new BookTag({ book });
  new BookTag({ book, tag });
  new BookTag({ bookId: 'b', tag });
  new BookTag({ bookId: 'b', tagLabel: 'poetry' });
  new Succession({ bookSequels: book, bookPrequels: book });
  // @ts-expect-error a tag is no book
  new Succession({ bookSequels: book, bookPrequels: tag });
  new Loan({ until: '2026-01-01T00:00Z', copy });
  new Loan({ until: '2026-01-01T00:00Z', copyLoansLibrary: 'l', copyLoansNumber: 1, copyLoansWing: 'EAST' });
  // @ts-expect-error a part of a foreign key has the type of the key
  new Loan({ until: '2026-01-01T00:00Z', copyLoansNumber: '1' });
}

const unit: Unit = { name: 'mm', inner: null };
const needed = {
  textNeeded: 't', wholeNeeded: 1, realNeeded: 0.5, flagNeeded: true, dataNeeded: {}, statusNeeded: Status.LENT,
  sizeNeeded: { width: 1, unit }, textsNeeded: ['a', null], textsBoth: ['a'], statusesBoth: [Status.LOST], sizesBoth: [],
} as const satisfies Init<Specimen>;

export function values(): void {
  new Specimen(needed);
  new Specimen({ ...needed, data: [1, { a: null }], data_list: [{}, null], stamp: 5, wholes: [1, null], flags: [true] });
  new Specimen({ ...needed, size: { width: 1, unit: { name: 'mm', inner: { name: 'm' } } }, sizes: [null] });
  // @ts-expect-error these elements are never null
  new Specimen({ ...needed, textsFilled: ['a', null] });
  // @ts-expect-error a list is no single value
  new Specimen({ ...needed, texts: 'a' });
  // @ts-expect-error JSON is an object or an array
  new Specimen({ ...needed, data: 5 });
  // @ts-expect-error a date is a string
  new Specimen({ ...needed, day: new Date() });
  // @ts-expect-error a field of a custom type is missing
  new Specimen({ ...needed, size: { width: 1 } });
  // @ts-expect-error a custom type has no such field
  new Specimen({ ...needed, size: { width: 1, unit, depth: 2 } });
  // @ts-expect-error an element of the enum
  new Specimen({ ...needed, statuses: ['GONE'] });

  const specimen = new Specimen(needed);
  same<typeof specimen, Specimen>();
  same<typeof specimen.texts, readonly (string | null)[] | null>();
  same<typeof specimen.textsFilled, readonly string[] | null>();
  same<typeof specimen.textsNeeded, readonly (string | null)[]>();
  same<typeof specimen.textsBoth, readonly string[]>();
  same<typeof specimen.size, Size | null>();
  same<typeof specimen.data, JSONData | null>();
  // @ts-expect-error records do not change
  specimen.whole = 1;
  // @ts-expect-error nor do the values in them
  specimen.sizeNeeded.width = 2;
  // @ts-expect-error nor do their lists
  specimen.textsBoth.push('b');
}

export function drafts(): void {
  Specimen.copyOf(new Specimen(needed), (draft) => {
    draft.whole = null;
    draft.sizeNeeded.width = 2;
    draft.sizeNeeded.unit.inner = { name: 'm', inner: null };
    draft.textsBoth.push('b');
    draft.statusesBoth[0] = 'LENT';
    // @ts-expect-error this is never null
    draft.wholeNeeded = null;
    // @ts-expect-error nor is this element
    draft.textsBoth.push(null);
    // @ts-expect-error the store keeps this time
    draft.updatedAt = null;
    // @ts-expect-error the key names the record for good
    draft.id = 'other';
    // @ts-expect-error an unknown field
    draft.wohle = 1;
    // @ts-expect-error not a value of the enum
    draft.status = 'GONE';
    same<typeof draft.createdAt, string | null>();
  });
  Book.copyOf(book, (draft) => {
    draft.author = author;
    // @ts-expect-error a required relation is never null
    draft.author = null;
    // @ts-expect-error a book is no author
    draft.author = book;
    // @ts-expect-error to-many relations are not set
    draft.tags = [];
  });
  Author.copyOf(author, (draft) => {
    draft.mentor = null;
  });
  // @ts-expect-error a copy of another model
  Author.copyOf(book, () => {});
  same<keyof Draft<Tag>, 'label' | 'createdAt' | 'updatedAt'>();
}

export async function keys({ query, delete: remove }: Store): Promise<void> {
  same<Key<Book>, string>();
  same<Key<Tag>, string>();
  const found = await query(Book, 'b1');
  same<typeof found, Book | undefined>();
  await query(Copy, { library: 'l', number: 1, wing: 'EAST' });
  await query(Copy, ['l', 1, Wing.WEST]);
  await query(Copy, copy);
  await remove(Copy, ['l', 1, 'EAST']);
  // @ts-expect-error an id is a string
  await query(Book, 5);
  // @ts-expect-error a key is never undefined
  await query(Book, undefined);
  // @ts-expect-error a composite key is no single value
  await query(Copy, 'l');
  // @ts-expect-error a part of the key is missing
  await query(Copy, { library: 'l', number: 1 });
  // @ts-expect-error no part of the key
  await query(Copy, { library: 'l', number: 1, wing: 'EAST', status: 'LOST' });
  // @ts-expect-error a part has the type of its field
  await query(Copy, { library: 'l', number: '1', wing: 'EAST' });
  // @ts-expect-error too few parts
  await query(Copy, ['l', 1]);
  // @ts-expect-error too many parts
  await query(Copy, ['l', 1, 'EAST', 'x']);
  // @ts-expect-error parts in another order
  await query(Copy, [1, 'l', 'EAST']);
  // @ts-expect-error not a value of the enum
  await remove(Copy, ['l', 1, 'NORTH']);
  // @ts-expect-error a key of another model
  await remove(Book, { label: 'poetry' });
}

export async function predicates({ query, count, save }: Store): Promise<void> {
  const books = await query(Book, (b) => b.title.beginsWith('N'));
  same<typeof books, Book[]>();
  await query(Book, (b) => b.and((b) => [b.rating.gt(3), b.genre.eq(null), b.not((b) => b.year.between(1800, 1900))]));
  await query(Book, (b) => b.genre.in(['POETRY', null]));
  await query(Book, (b) => b.author.mentor.name.contains('a'));
  await query(Book, (b) => b.copies.some((c) => c.status.ne(Status.LOST)));
  await query(Book, (b) => b.tags.label.eq('poetry'));
  await query(Book, (b) => b.tags.tag.label.eq('poetry'));
  await query(Book, (b) => b.sequels.none((s) => s.title.eq('x')));
  await query(Author, (a) => a.pupils.every((p) => p.born.lt('1900-01-01')));
  await count(Specimen, (s) => s.texts.contains(null));
  await count(Specimen, (s) => s.textsFilled.notContains('a'));
  await count(Specimen, (s) => s.size.eq(null));
  await count(Specimen, (s) => s.flag.in([true, null]));
  await count(Specimen, (s) => s.stamp.le(5));
  await query(Book, Predicates.ALL);
  // @ts-expect-error an unknown field
  await query(Book, (b) => b.titel.eq('x'));
  // @ts-expect-error an unknown operator
  await query(Book, (b) => b.title.equals('x'));
  // @ts-expect-error a title is a string
  await query(Book, (b) => b.title.eq(5));
  // @ts-expect-error a title is never null
  await query(Book, (b) => b.title.eq(null));
  // @ts-expect-error nor is one in a list of them
  await query(Book, (b) => b.title.in(['x', null]));
  // @ts-expect-error null has no order
  await query(Book, (b) => b.rating.lt(null));
  // @ts-expect-error a number has no parts
  await query(Book, (b) => b.year.contains(1));
  // @ts-expect-error a number has no beginning
  await query(Book, (b) => b.year.beginsWith('18'));
  // @ts-expect-error not a value of the enum
  await query(Book, (b) => b.genre.eq('NOVEL'));
  // @ts-expect-error between has two ends
  await query(Book, (b) => b.year.between(1800));
  // @ts-expect-error in takes an array
  await query(Book, (b) => b.year.in(1800, 1900));
  // @ts-expect-error a relation is compared by its fields
  await query(Book, (b) => b.author.eq(author));
  // @ts-expect-error a relation is no condition
  await query(Book, (b) => b.author);
  // @ts-expect-error an unknown field behind a relation
  await query(Book, (b) => b.author.title.eq('x'));
  // @ts-expect-error a field of another model
  await query(Book, (b) => b.copies.some((c) => c.label.eq('x')));
  // @ts-expect-error a field has no quantifier
  await query(Book, (b) => b.title.some((t) => t));
  // @ts-expect-error a group takes an array
  await query(Book, (b) => b.or((b) => b.title.eq('x')));
  // @ts-expect-error a boolean is no condition
  await query(Book, (b) => b.title === 'x');
  // @ts-expect-error a Boolean has no order
  await count(Specimen, (s) => s.flag.gt(false));
  // @ts-expect-error a Boolean has no range
  await count(Specimen, (s) => s.flagNeeded.between(false, true));
  // @ts-expect-error a list has no order
  await count(Specimen, (s) => s.texts.gt(['a']));
  // @ts-expect-error a list has no beginning
  await count(Specimen, (s) => s.texts.beginsWith('a'));
  // @ts-expect-error this list has no null in it
  await count(Specimen, (s) => s.textsFilled.contains(null));
  // @ts-expect-error an element has the type of its list
  await count(Specimen, (s) => s.wholes.contains('1'));
  // @ts-expect-error an element of the enum
  await count(Specimen, (s) => s.statusesBoth.contains('GONE'));
  // @ts-expect-error objects in a list are not looked for
  await count(Specimen, (s) => s.sizes.contains({ width: 1, height: 1, unit, notes: null }));
  // @ts-expect-error JSON has no order
  await count(Specimen, (s) => s.data.lt({}));
  // @ts-expect-error JSON has no parts
  await count(Specimen, (s) => s.data.contains('x'));
  // @ts-expect-error a custom type has no order
  await count(Specimen, (s) => s.size.ge({ width: 1, height: 1, unit, notes: null }));
  // @ts-expect-error the condition is one of the record's own model
  await save(book, (b) => b.label.eq('x'));
}

export async function records({ save, saveAll, delete: remove, deleteAll, transaction }: Store): Promise<void> {
  const saved = await save(book, (b) => b.year.eq(1843));
  same<typeof saved, Book>();
  const gone = await remove(book);
  same<typeof gone, Book>();
  await saveAll([book, copy, tag]);
  const parted = await deleteAll(Copy, [['l', 1, 'EAST'], { library: 'l', number: 2, wing: 'WEST' }]);
  same<typeof parted, Copy[]>();
  // @ts-expect-error one of them is no key of a copy
  await deleteAll(Copy, [['l', 1, 'EAST'], 'l']);
  const counted = await transaction(async (tx) => {
    await tx.save(new Tag({ label: 'x' }));
    // @ts-expect-error no such field, in a transaction as elsewhere
    await tx.query(Book, (b) => b.titel.eq('x'));
    return tx.count(Book, (b) => b.year.gt(1800));
  });
  same<typeof counted, number>();
  // @ts-expect-error a model is no record
  await save(Book);
  // @ts-expect-error to delete all records is said with Predicates.ALL
  await remove(Book);
  // @ts-expect-error a record is no model
  await remove(book, 'b1');
}

export async function orders({ query }: Store): Promise<void> {
  await query(Book, Predicates.ALL, { sort: (b) => b.year('DESCENDING').title('ASCENDING').genre('ASCENDING'), page: 1, limit: 10 });
  await query(Specimen, Predicates.ALL, { sort: (s) => s.flag('ASCENDING').day('DESCENDING').status('ASCENDING') });
  // @ts-expect-error a relation is nothing to sort by
  await query(Book, Predicates.ALL, { sort: (b) => b.author('ASCENDING') });
  // @ts-expect-error nor are related records
  await query(Book, Predicates.ALL, { sort: (b) => b.copies('ASCENDING') });
  // @ts-expect-error nor is a list
  await query(Specimen, Predicates.ALL, { sort: (s) => s.texts('ASCENDING') });
  // @ts-expect-error nor JSON
  await query(Specimen, Predicates.ALL, { sort: (s) => s.data('ASCENDING') });
  // @ts-expect-error nor a custom type
  await query(Specimen, Predicates.ALL, { sort: (s) => s.sizeNeeded('ASCENDING') });
  // @ts-expect-error an unknown field
  await query(Book, Predicates.ALL, { sort: (b) => b.titel('ASCENDING') });
  // @ts-expect-error no such direction
  await query(Book, Predicates.ALL, { sort: (b) => b.title('UP') });
  // @ts-expect-error a limit is a number
  await query(Book, Predicates.ALL, { limit: '10' });
}

export async function relations({ saveAll }: Store): Promise<void> {
  const writer = await book.author;
  same<typeof writer, Author | undefined>();
  const copies = await book.copies.toArray();
  same<typeof copies, Copy[]>();
  const tags = await book.tags.toArray({ max: 3 });
  same<typeof tags, Tag[]>();
  for await (const other of book.sequels) same<typeof other, Book>();
  await book.tags.add(tag);
  await book.sequels.remove([book]);
  // @ts-expect-error a book is no tag
  await book.tags.add(book);
  // @ts-expect-error records of a has-many are connected from their side
  await book.copies.add(copy);
  // @ts-expect-error related records are read with toArray
  void book.copies.length;
  // @ts-expect-error a related record is awaited
  void book.author.name;
  await saveAll(Tag, [{ label: 'a' }, { label: 'b' }]);
  // @ts-expect-error records of this model have a label
  await saveAll(Tag, [{ name: 'a' }]);
  // @ts-expect-error a tag is no author, although both are records
  const wrong: Author = tag;
  void wrong;
}

export async function together({ query, save, groupBy, sum, max }: Store): Promise<void> {
  same<RelationName<Author>, 'books' | 'mentor' | 'pupils' | 'profile'>();
  same<keyof Include<Book>, 'author' | 'copies' | 'tags' | 'sequels' | 'prequels'>();
  const [loaded] = await query(Book, Predicates.ALL, { include: { author: true, tags: { where: (t) => t.label.eq('x') } } });
  same<NonNullable<typeof loaded>['author'], Author | undefined>();
  same<NonNullable<typeof loaded>['tags'], readonly Tag[]>();
  const saved = await save(Book.copyOf(loaded!, (draft) => void (draft.author = loaded!.author!)));
  same<typeof saved, Book>();
  const [copied] = await query(Copy, Predicates.ALL, { include: { book: true } });
  new Loan({ until: '2026-01-01T00:00Z', copy: copied! });
  new Copy({ library: 'l', number: 1, wing: 'EAST', book: loaded! });
  const groups = await groupBy(Book, 'genre', { sum: 'rating', max: ['year'] });
  same<(typeof groups)[number]['key']['genre'], Genre | null>();
  same<Awaited<ReturnType<typeof sum<Book>>>, number>();
  // @ts-expect-error no such relation
  await query(Book, Predicates.ALL, { include: { authr: true } });
  // @ts-expect-error a loaded tag is no author
  new Book({ title: 'Notes', year: 1843, author: loaded!.tags[0]! });
  // @ts-expect-error a title cannot be added up
  await sum(Book, 'title');
  // @ts-expect-error a list has no greatest value
  await max(Specimen, 'wholes');
}
