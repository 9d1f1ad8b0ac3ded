// Generated models at work: a library, kept in IndexedDB by the engine without the
// parser.

import { expect } from 'chai';
import { DataStore, Predicates } from 'granary';
import {
  Author, Book, BookTag, Copy, Genre, Loan, open, Profile, schema, Specimen, Status, Succession, Tag, Wing, type Store,
} from './library/models.js';
import * as names from './names/models.js';
import { fails, freshName } from './support.js';

/** The class as it is before any store was opened. */
const EarlyAuthor = Author;

describe('generated models', () => {
  let store: Store;
  beforeEach(async () => {
    store = await open({ name: freshName() });
  });
  afterEach(async () => {
    expect((await store.check()).problems).to.deep.equal([]);
    await store.close();
    await DataStore.destroy(store.name);
  });

  it('says that the store is not open, instead of failing somewhere', async () => {
    await fails('CLOSED', /Author: no store is open; await open\(\) first/, () => new EarlyAuthor({ name: 'Ada' }));
    await fails('CLOSED', /Author/, () => EarlyAuthor.copyOf({} as Author, () => {}));
    await fails('INVALID', /model of an open store/, () => DataStore.query(EarlyAuthor));
  });

  it('open with the compiled schema, and so without the parser', () => {
    expect(store.schema).to.deep.equal(schema);
    expect(store.storage).to.equal('indexeddb');
    const loaded = performance.getEntriesByType('resource').map((r) => r.name);
    expect(loaded.some((name) => name.endsWith('/granary.wasm'))).to.equal(true);
  });

  it('are the classes of the store that was opened last', async () => {
    expect(store.models.Author).to.equal(Author);
    const other = await open({ name: freshName(), storage: 'memory' });
    expect(other.models.Author).to.equal(Author);
    expect(store.models.Author).not.to.equal(Author);
    const ada = await DataStore.save(new store.models.Author({ name: 'Ada' }));
    expect(await DataStore.count(Author)).to.equal(0);
    expect(await store.query(store.models.Author)).to.deep.equal([ada]);
    await other.close();
  });

  it('tell the story of a library', async () => {
    const mary = await DataStore.save(new Author({ name: 'Mary', born: '1780-12-26' }));
    const ada = await DataStore.save(new Author({ name: 'Ada', mentor: mary }));
    await DataStore.save(new Profile({ text: 'wrote notes', author: ada }));
    const notes = new Book({ title: 'Notes', year: 1843, author: ada, genre: Genre.in_between });
    const essay = new Book({ title: 'Essay', year: 1834, authorBooksId: mary.id, rating: 4.5 });
    await DataStore.saveAll([notes, essay]);
    const copies = [1, 2].map((number) => new Copy({ library: 'l', number, wing: Wing.EAST, book: notes }));
    await DataStore.saveAll(copies);
    expect(copies[0]!.status).to.equal(Status.AVAILABLE);

    const poetry = new Tag({ label: 'poetry' });
    await DataStore.saveAll([poetry, new BookTag({ book: notes, tag: poetry }), new Succession({ bookSequels: essay, bookPrequels: notes })]);
    expect((await (await DataStore.query(Book, notes.id))!.tags.toArray()).map((t) => t.label)).to.deep.equal(['poetry']);
    expect(await essay.sequels.toArray()).to.have.members([await DataStore.query(Book, notes.id)]);
    expect((await notes.author)?.name).to.equal('Ada');
    expect((await mary.pupils.toArray()).map((a) => a.name)).to.deep.equal(['Ada']);

    const found = await DataStore.query(Book, (b) => b.and((b) => [b.tags.label.eq('poetry'), b.author.mentor.name.eq('Mary')]));
    expect(found.map((b) => b.title)).to.deep.equal(['Notes']);
    const sorted = await DataStore.query(Book, Predicates.ALL, { sort: (b) => b.year('ASCENDING') });
    expect(sorted.map((b) => b.title)).to.deep.equal(['Essay', 'Notes']);
  });

  it('find records by composite keys, as an object or in order', async () => {
    const author = await DataStore.save(new Author({ name: 'Ada' }));
    const book = await DataStore.save(new Book({ title: 'Notes', year: 1843, author }));
    const [copy, lent] = await DataStore.saveAll([
      new Copy({ library: 'l', number: 1, wing: 'EAST', book }), new Copy({ library: 'l', number: 1, wing: 'WEST', book, status: 'LENT' }),
    ]);
    expect(await DataStore.query(Copy, { library: 'l', number: 1, wing: 'EAST' })).to.equal(copy);
    expect(await DataStore.query(Copy, ['l', 1, Wing.WEST])).to.equal(lent);
    expect(await DataStore.query(Copy, copy!)).to.equal(copy);
    const loan = await DataStore.save(new Loan({ copy: lent!, until: '2026-01-01T00:00:00Z' }));
    expect(loan.copyLoansWing).to.equal('WEST');
    await DataStore.delete(loan);
    expect(await DataStore.delete(Copy, ['l', 1, 'EAST'])).to.deep.equal([copy]);
  });

  it('keep names apart that the language or the module needs', async () => {
    const other = await names.open_({ name: freshName(), storage: 'memory' });
    const shop = new names.store({ open: true });
    const made = new names.class_({ length: [1], default: shop, var: { Class: 'large' }, kind: names.type_.default, constructor: 5, name: 'n' });
    await other.saveAll([shop, made, new names.Class({ string: 's', ctx: 1, type: names.type_._ })]);
    const found = await DataStore.query(names.class_, (c) => c.and((c) => [c.default.open.eq(true), c.constructor.eq(5), c.typeof.eq(null)]));
    expect(found.map((c) => c.id)).to.deep.equal([made.id]);
    expect(found[0]!.var).to.deep.equal({ class: null, Class: 'large', _class: null, func: null });
    expect(await other.query(names.Class, ['s', 1, '_'])).to.have.property('string', 's');
    await other.close();
  });

  it('hold every kind of value', async () => {
    const unit = { name: 'mm' };
    const made = new Specimen({
      textNeeded: 't', wholeNeeded: 1, realNeeded: 0.5, flagNeeded: true, dataNeeded: { a: [1] }, statusNeeded: Status.LENT,
      sizeNeeded: { width: 1, unit }, textsNeeded: ['a', null], textsBoth: ['a'], statusesBoth: [Status.LOST], sizesBoth: [],
    });
    expect(made.sizeNeeded).to.deep.equal({ width: 1, height: null, unit: { name: 'mm', inner: null }, notes: null });
    expect([made.textWithDefault, made.wholeWithDefault]).to.deep.equal(['it\'s "quoted" `here`', 7]);
    const saved = await DataStore.save(made);
    const edited = await DataStore.save(Specimen.copyOf(saved, (draft) => {
      draft.textsBoth.push('b');
      draft.sizeNeeded.unit.inner = { name: 'm', inner: null };
      draft.data = [1, { b: null }];
    }));
    expect(edited.textsBoth).to.deep.equal(['a', 'b']);
    expect(edited.sizeNeeded.unit.inner?.name).to.equal('m');
    expect(await DataStore.count(Specimen, (s) => s.textsBoth.contains('b'))).to.equal(1);
    expect(await DataStore.count(Specimen, (s) => s.data.eq([1, { b: null }]))).to.equal(1);
  });
});
