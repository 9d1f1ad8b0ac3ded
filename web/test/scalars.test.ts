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
});
