// Bad input of every kind: an error with its code, and everything as it was.

import { expect } from 'chai';
import { Predicates, type DataStore, type ErrorCode } from 'granary';
import { KITCHEN, type Kitchen, type Owner, type Thing } from './models.js';
import { closeStores, fails, openStore } from './support.js';

describe('bad input', () => {
  let store: DataStore<Kitchen>;
  let thing: Thing;
  let owner: Owner;
  before(async () => {
    store = await openStore<Kitchen>(KITCHEN, { storage: 'indexeddb' });
    const { Thing, Seat, Owner, Pet } = store.models;
    thing = await store.save(new Thing({ id: 't', name: 'thing', count: 5 }));
    owner = await store.save(new Owner({ id: 'o' }));
    await store.saveAll([new Seat({ row: 'A', number: 1 }), new Pet({ id: 'p', owner })]);
  });
  after(closeStores);

  /** Everything there is. The same objects come back as long as nothing changed. */
  const everything = async () =>
    (await Promise.all(Object.values(store.models).map((Model) => store.query(Model as typeof store.models.Thing)))).flat();

  const cases: Record<string, [ErrorCode, () => unknown]> = {
    'a required field left out': ['INVALID', () => new store.models.Thing({} as never)],
    'a required field null': ['INVALID', () => new store.models.Thing({ name: null } as never)],
    'a required relation left out': ['INVALID', () => new store.models.Pet({ name: 'x' })],
    'a field that is not there': ['INVALID', () => new store.models.Thing({ name: 'x', cuont: 1 } as never)],
    'no object': ['INVALID', () => new store.models.Thing('x' as never)],
    'a value of another type': ['INVALID', () => new store.models.Thing({ name: 5 } as never)],
    'a fraction': ['INVALID', () => new store.models.Thing({ name: 'x', count: 1.5 })],
    'no member of the enum': ['INVALID', () => new store.models.Thing({ name: 'x', color: 'BLUE' } as never)],
    'a day that is none': ['INVALID', () => new store.models.Thing({ name: 'x', day: '2023-02-29' })],
    'an empty key': ['INVALID', () => new store.models.Thing({ id: '', name: 'x' })],
    'a key without a part': ['INVALID', () => new store.models.Seat({ row: 'A' } as never)],
    'an edit of the key': ['INVALID', () => store.models.Thing.copyOf(thing, (d) => void (d.id = 'x'))],
    'an edit to what is wrong': ['INVALID', () => store.save(store.models.Thing.copyOf(thing, (d) => void (d.count = 0.5)))],
    'an edit of something else': ['INVALID', () => store.models.Thing.copyOf(owner as never, () => undefined)],
    'a save of no record': ['INVALID', () => store.save({ id: 't', name: 'x' })],
    'a save of undefined': ['INVALID', () => store.save(undefined as never)],
    'a bad record among good ones': ['INVALID', () => store.saveAll(store.models.Thing, [{ name: 'good' }, { name: 5 } as never])],
    'a record that is none among good ones': ['INVALID', () => store.saveAll([new store.models.Thing({ name: 'good' }), {}])],
    'a reference to nothing': ['REFERENCE', () => store.save(new store.models.Pet({ ownerPetsId: 'nobody' }))],
    'a reference to nothing among good ones': ['REFERENCE', () =>
      store.saveAll([new store.models.Thing({ name: 'good' }), new store.models.Project({ projectTeamId: 'none' })])],
    'a save on a condition that does not hold': ['CONFLICT', () =>
      store.save(store.models.Thing.copyOf(thing, (d) => void (d.count = 6)), (t) => t.count.eq(1))],
    'a condition that is none': ['INVALID', () => store.save(thing, 'x' as never)],
    'a delete on a condition that does not hold': ['CONFLICT', () => store.delete(thing, (t) => t.count.gt(5))],
    'a delete of nothing said': ['INVALID', () => (store.delete as (model: unknown) => unknown)(store.models.Thing)],
    'a delete of undefined': ['INVALID', () => store.delete(store.models.Thing, undefined as never)],
    'a delete of null': ['INVALID', () => store.delete(store.models.Thing, null as never)],
    'a delete by half a key': ['INVALID', () => store.delete(store.models.Seat, 'A')],
    'a delete by a predicate of none': ['INVALID', () => store.delete(store.models.Thing, (t) => (t as never as Record<string, typeof t.name>)['nme']!.eq('x'))],
    'a query for undefined': ['INVALID', () => store.query(store.models.Thing, undefined as never)],
    'a query of no model': ['INVALID', () => store.query(class Thing {} as never)],
    'an operand undefined': ['INVALID', () => store.query(store.models.Thing, (t) => t.count.eq(undefined as never))],
    'an operand of another type': ['INVALID', () => store.query(store.models.Thing, (t) => t.count.eq('5' as never))],
    'a predicate that answers nothing': ['INVALID', () => store.query(store.models.Thing, () => undefined as never)],
    'a limit below 0': ['INVALID', () => store.query(store.models.Thing, Predicates.ALL, { limit: -1 })],
    'a fraction for a limit': ['INVALID', () => store.query(store.models.Thing, Predicates.ALL, { limit: 0.5 })],
    'a page without a limit': ['INVALID', () => store.query(store.models.Thing, Predicates.ALL, { page: 0 })],
    'a sort by nothing there': ['INVALID', () => store.query(store.models.Thing, Predicates.ALL, { sort: (s) => (s as never as Record<string, typeof s.name>)['nme']!('ASCENDING') })],
  };
  for (const [name, [code, run]] of Object.entries(cases)) {
    it(`${name} is ${code} and changes nothing`, async () => {
      const before = await everything();
      const error = await fails(code, /[a-z]/, run);
      expect(error.message).to.not.match(/undefined is not|Cannot read/);
      expect(await everything()).to.have.ordered.members(before);
      expect((await store.query(store.models.Thing, 't'))).to.equal(thing);
    });
  }
});
