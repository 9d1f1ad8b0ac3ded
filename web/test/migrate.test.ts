import { expect } from 'chai';
import { DataStore, type Collection, type Lazy, type Migrations, type OpenOptions, type StoreEvent } from 'granary';
import { closeStores, fails, openStore } from './support.js';

const FIRST = `
  type Person @model(timestamps: null) { id: ID! name: String age: String }
  type Draft @model(timestamps: null) { id: ID! text: String }`;
const THIRD = `
  type Person @model(timestamps: null) { id: ID! first: String! last: String! age: Int notes: [Note] @hasMany }
  type Note @model(timestamps: null) @renamedFrom(name: "Draft") { id: ID! text: String person: Person @belongsTo }`;

interface Person { readonly id: string; readonly first: string; readonly last: string; readonly age: number | null; readonly notes: Collection<Note> }
interface Note { readonly id: string; readonly text: string | null; readonly person: Lazy<Person | null> }
interface Third { Person: Person; Note: Note }

const toSecond = async (tx: Parameters<Migrations<Third>[number]>[0]): Promise<void> => {
  const { Person } = tx.models;
  for (const { id, name, age } of await tx.old(Person)) {
    const [first, last] = String(name).split(' ');
    await tx.save(new Person({ id: id as string, first: first!, last: last!, age: Number(age) }));
  }
};

const toThird = async (tx: Parameters<Migrations<Third>[number]>[0]): Promise<void> => {
  const { Person, Note } = tx.models;
  const ada = (await tx.query(Person, 'a'))!;
  for (const note of await tx.query(Note)) await tx.save(Note.copyOf(note, (d) => { d.person = ada; }));
};

describe('migrations', () => {
  afterEach(closeStores);

  /** A store as the first version of the app left it. */
  const first = async (options: Partial<OpenOptions> = {}): Promise<string> => {
    const store = await openStore(FIRST, { storage: 'indexeddb', ...options });
    const { Person, Draft } = store.models;
    await store.saveAll([new Person!({ id: 'a', name: 'Ada Lovelace', age: '36' }), new Person!({ id: 'b', name: 'Bob Noyce', age: '62' })]);
    await store.save(new Draft!({ id: 'd', text: 'hello' }));
    await store.close();
    return store.name;
  };

  const third = (name: string, migrate: Migrations<Third>) =>
    openStore<Third>(THIRD, { name, storage: 'indexeddb', version: 3, migrate });

  const records = async (store: DataStore<Third>): Promise<unknown> => {
    const { Person, Note } = store.models;
    return [...await store.query(Person), ...await store.query(Note)].map((r) => JSON.parse(JSON.stringify(r)) as unknown);
  };

  const MIGRATED = [
    { id: 'a', first: 'Ada', last: 'Lovelace', age: 36 }, { id: 'b', first: 'Bob', last: 'Noyce', age: 62 },
    { id: 'd', text: 'hello', personNotesId: 'a' },
  ];

  it('runs the functions of all later versions, once', async () => {
    const name = await first();
    let store = await third(name, { 2: toSecond, 3: toThird });
    expect(await records(store)).to.deep.equal(MIGRATED);
    await store.close();
    store = await third(name, { 3: () => { throw new Error('it was run already'); } });
    expect(await records(store)).to.deep.equal(MIGRATED);
    const [note] = await store.query(store.models.Note);
    expect((await note!.person)?.first).to.equal('Ada');
  });

  it('leaves everything as it was when a function fails, and can be tried again', async () => {
    const name = await first();
    const cause = new Error('no such luck');
    const error = await fails('MIGRATION', /^open: the function for version 3 failed, and everything is as it was: no such luck$/, () =>
      third(name, { 2: toSecond, 3: async (tx) => { await toThird(tx); throw cause; } }));
    expect(error.cause).to.equal(cause);
    await fails('MIGRATION', /version 2 failed.*Person\.last/, () =>
      third(name, { 2: async (tx) => { await tx.save(new tx.models.Person({ id: 'x', first: 'y' } as never)); } }));
    await fails('SCHEMA_CHANGED', /Person\.first: is required, and the migration has left the record "a" without a value/, () =>
      third(name, { 2: () => {} }));
    await fails('SCHEMA_CHANGED', /Person\.first: is required now/, () => third(name, {}));
    expect(await records(await third(name, { 2: toSecond, 3: toThird }))).to.deep.equal(MIGRATED);
  });

  it('ends the transaction with the functions', async () => {
    const name = await first();
    let kept: Parameters<Migrations<Third>[number]>[0] | undefined;
    await third(name, { 2: toSecond, 3: (tx) => { kept = tx; } });
    await fails('INVALID', /transaction has ended/, () => kept!.query(kept!.models.Person));
    await fails('INVALID', /transaction has ended/, () => kept!.old('Person'));
  });

  it('runs in two tabs at once, and one of them counts', async () => {
    const name = await first();
    let runs = 0;
    const counted: Migrations<Third> = {
      2: async (tx) => {
        runs++;
        await toSecond(tx);
        const { Person } = tx.models;
        const bob = (await tx.query(Person, 'b'))!;
        await tx.save(Person.copyOf(bob, (d) => { d.age = bob.age! + 1; }));
      },
      3: toThird,
    };
    const stores = await Promise.all([third(name, counted), third(name, counted), third(name, counted)]);
    expect(runs).to.be.greaterThan(1);
    for (const store of stores) expect(((await records(store)) as { age: number }[])[1]!.age).to.equal(63);
  });

  it('refuses an older version, and ends one that is open when it writes', async () => {
    const name = await first();
    const old = await DataStore.open({ name, schema: FIRST });
    const events: StoreEvent[] = [];
    old.events().subscribe((event) => events.push(event));
    const store = await third(name, { 2: toSecond, 3: toThird });
    await fails('SCHEMA_CHANGED', /records are of version 3 of the app, and this is version 1: reload the page/, () =>
      old.save(new old.models['Draft']!({ text: 'late' })));
    await fails('SCHEMA_CHANGED', /reload the page/, () => old.query(old.models['Draft']!));
    expect(events.map((e) => [e.type, 'error' in e && e.error.code])).to.deep.equal([['RELOAD', 'SCHEMA_CHANGED']]);
    await old.close();
    await fails('SCHEMA_CHANGED', /records are of version 3 of the app, and this is version 2/, () =>
      DataStore.open({ name, schema: FIRST, version: 2 }));
    expect(await records(store)).to.deep.equal(MIGRATED);
  });

  it('refuses versions that cannot be', async () => {
    for (const version of [0, -1, 1.5, NaN, 'two' as never]) {
      await fails('INVALID', /the version must be an integer from 1 to/, () => openStore(FIRST, { version }));
    }
    await fails('INVALID', /migrates to version 5, and the versions to migrate to are 2 to 4: raise the version/, () =>
      openStore(FIRST, { version: 4, migrate: { 5: () => {} } }));
  });
});
