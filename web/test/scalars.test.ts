// Every scalar takes and refuses through the page what it takes and refuses in Go:
// the examples are those of the engine's own tests.

import { expect } from 'chai';
import type { DataStore, DynamicModels } from 'granary';
import examples from '../../store/record/testdata/scalars.json' with { type: 'json' };
import { closeStores, fails, openStore } from './support.js';

const scalars = Object.entries(examples as Record<string, { want: string; good: string[]; bad: string[] }>);

const SCHEMA = /* GraphQL */ `
  enum Colour { RED GREEN }
  ${scalars.map(([name]) => `type Has${name} @model(timestamps: null) { id: ID! value: ${name} list: [${name}] inner: In${name} }
    type In${name} { value: ${name} }`).join('\n')}
`;

/** What a value is when it comes back: JSON text given as AWSJSON is parsed, and there is no -0. */
function stored(scalar: string, value: unknown): unknown {
  if (scalar === 'AWSJSON' && typeof value === 'string') return JSON.parse(value);
  return value === 0 ? 0 : value;
}

describe('scalars', () => {
  let store: DataStore<DynamicModels>;
  before(async () => {
    store = await openStore(SCHEMA, { storage: 'indexeddb' });
  });
  after(closeStores);

  for (const [name, { want, good, bad }] of scalars) {
    const model = () => store.models[`Has${name}`]!;

    it(`${name} takes what is right, alone, in a list and in a custom type`, async () => {
      const Model = model();
      for (const text of good) {
        const value = JSON.parse(text) as unknown;
        const record = await store.save(new Model({ value, list: [value, null], inner: { value } }));
        const want = stored(name, value);
        expect(record, text).to.deep.include({ value: want, list: [want, null], inner: { value: want } });
      }
      expect(await store.count(Model)).to.equal(good.length);
    });

    it(`${name} refuses what is wrong, and says what would be right`, async () => {
      const Model = model();
      const before = await store.query(Model);
      for (const text of bad) {
        const value = JSON.parse(text) as unknown;
        for (const [path, init] of [['value', { value }], ['list', { list: [null, value] }], ['inner.value', { inner: { value } }]] as const) {
          const error = await fails('INVALID', /./, () => new Model(init));
          const infinite = value === Infinity || value === -Infinity; // which JSON lacks, wherever it stands
          expect(error, text).to.include({ model: `Has${name}`, field: infinite ? path.replace('.value', '') : path });
          expect(error.message, text).to.contain(infinite ? 'Infinity' : want);
        }
        await fails('INVALID', /./, () => store.saveAll(Model, [{}, { value }]));
      }
      for (const value of [NaN, -Infinity, 10n, Symbol('x'), () => 1, new Date(NaN), new Map()]) {
        const error = await fails('INVALID', /./, () => new Model({ value }));
        expect(error).to.include({ model: `Has${name}`, field: 'value' });
      }
      expect(await store.query(Model)).to.have.ordered.members(before);
    });
  }

  it('are read from storage as they were written', async () => {
    const all = async () => JSON.stringify(await Promise.all(scalars.map(([name]) => store.query(store.models[`Has${name}`]!))));
    const written = await all();
    expect(written).to.have.length.above(1000);
    await store.close();
    store = await openStore(SCHEMA, { storage: 'indexeddb', name: store.name });
    expect(await all()).to.equal(written);
  });
});

describe('texts', () => {
  after(closeStores);

  it('are read from storage as they were written, whatever stands beside them', async () => {
    const schema = 'type Note @model(timestamps: null) { id: ID! text: String number: Int tags: [String] }';
    const texts = ['', 'plain', '"', '\\', 'a\nb', '\0', '\x7f', 'é', '€', '世界', '😀', '\ud800', '],[', '",null]', 'x'.repeat(300), `${'y'.repeat(70_000)}é`];
    const notes = Array.from({ length: 10_000 }, (_, i) => {
      const text = texts[i % (i % 3 ? 2 : texts.length)]!;
      return { id: String(i), text: i % 7 ? text : null, number: i % 5 ? i : null, tags: i % 11 ? null : [text, null] };
    });
    let store = await openStore<{ Note: (typeof notes)[number] }>(schema, { storage: 'indexeddb' });
    await store.saveAll(store.models.Note, notes);
    await store.close();
    store = await openStore(schema, { storage: 'indexeddb', name: store.name });
    const found = await store.query(store.models.Note);
    expect(found.map((note) => JSON.stringify(note))).to.deep.equal(notes.map((note) => JSON.stringify(note)));
  });
});
