import { expect } from 'chai';
import type { DataStore } from 'granary';
import { BLOG, KITCHEN, type Blog, type Kitchen } from './models.js';
import { closeStores, freshName, openStore } from './support.js';

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then', 'toJSON', 'length', 'name'];
const STRINGS = [
  '', ' ', '\0', 'a\0b', '\ud800', '\udc00', 'a\ud800b', '\udfff\ud800', '😀', '\ufeff', '\ufffe', '\u2028\u2029', '"\\/\b\f\n\r\t',
  '</script><script>alert(1)</script>', '${x}', '%s%n', "'; drop table --", 'ﷺ', 'Ω≈ç√∫˜µ≤≥÷', '‮abc', 'NaN', 'null', ...NAMES,
];

describe('hostile values', () => {
  let kitchen: DataStore<Kitchen>;
  let name: string;
  beforeEach(async () => {
    name = freshName();
    kitchen = await openStore<Kitchen>(KITCHEN, { name, storage: 'indexeddb' });
  });
  afterEach(async () => {
    await closeStores();
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    expect(Object.keys(Object.prototype)).to.deep.equal([]);
  });

  const reopen = async () => {
    await kitchen.close();
    kitchen = await openStore<Kitchen>(KITCHEN, { name, storage: 'indexeddb' });
  };

  it('keep every string, as value, in lists, in JSON and as its member name', async () => {
    const { Thing } = kitchen.models;
    const data = Object.fromEntries(STRINGS.map((s) => [`k${s}`, s]));
    await kitchen.saveAll(STRINGS.map((s) => new Thing({ name: s, note: s, tags: [s, s], data: [s, data] })));
    await reopen();
    const things = await kitchen.query(kitchen.models.Thing);
    expect(things.map((t) => t.name)).to.deep.equal(STRINGS);
    for (const [i, s] of STRINGS.entries()) {
      expect([things[i]!.note, things[i]!.tags, things[i]!.data]).to.deep.equal([s, [s, s], [s, data]]);
      const found = await kitchen.query(kitchen.models.Thing, (t) => t.name.eq(s));
      expect(found, JSON.stringify(s)).to.have.ordered.members([things[i]!]);
    }
  });

  it('keep every string as a key, but the empty one', async () => {
    const { Thing, Seat } = kitchen.models;
    const keys = STRINGS.filter((s) => s !== '');
    await kitchen.saveAll(keys.map((id) => new Thing({ id, name: 'x' })));
    await kitchen.saveAll(keys.map((row) => new Seat({ row, number: 1 })));
    await reopen();
    for (const key of keys) {
      expect((await kitchen.query(kitchen.models.Thing, key))?.id).to.equal(key);
      expect((await kitchen.query(kitchen.models.Seat, [key, 1]))?.row).to.equal(key);
    }
  });

  it('keep members called like those of every object', async () => {
    const { Thing } = kitchen.models;
    const text = `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1,"hasOwnProperty":null}`;
    const data: unknown = JSON.parse(text);
    const thing = await kitchen.save(new Thing({ name: '__proto__', data }));
    expect(JSON.stringify(thing.data)).to.equal(text);
    const copy = Thing.copyOf(thing, (d) => void ((d.data as Record<string, unknown>)['toString'] = 2));
    expect(JSON.stringify((await kitchen.save(copy)).data)).to.equal(text.replace('"toString":1', '"toString":2'));
    await reopen();
    const found = await kitchen.query(kitchen.models.Thing, thing.id);
    expect(JSON.stringify(found!.data)).to.equal(text.replace('"toString":1', '"toString":2'));
    expect(Object.getPrototypeOf(found!.data)).to.equal(Object.prototype);
  });

  it('keep a string of a megabyte', async () => {
    const { Thing } = kitchen.models;
    const long = '0123456789abcdéf'.repeat(65_536);
    const thing = await kitchen.save(new Thing({ name: long, data: { long } }));
    expect(thing.name === long).to.equal(true);
    await reopen();
    const found = await kitchen.query(kitchen.models.Thing, thing.id);
    expect(found!.name === long && (found!.data as { long: string }).long === long).to.equal(true);
  });

  it('keep a batch of tens of megabytes', async () => {
    const { Thing } = kitchen.models;
    const part = 'x'.repeat(10_000);
    const things = await kitchen.saveAll(Array.from({ length: 3000 }, (_, i) => new Thing({ name: `${i}`, note: part })));
    expect(things.every((t, i) => t.name === `${i}` && t.note === part)).to.equal(true);
  });

  it('may be init objects without a prototype, or with members of their own called like its', async () => {
    const { Thing } = kitchen.models;
    const init = Object.assign(Object.create(null) as object, { name: 'cup' });
    expect(new Thing(init as { name: string }).name).to.equal('cup');
    for (const member of NAMES.filter((n) => n !== 'name')) {
      const bad = JSON.parse(`{"name":"x","${member}":1}`) as { name: string };
      expect(() => new Thing(bad), member).to.throw(`there is no field or relation ${member}`);
    }
  });
});

describe('fields with names of their own mind', () => {
  afterEach(closeStores);
  const FIELDS = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', 'and', 'or', 'not', 'some', 'every', 'then', 'toJSON', 'name', 'length', 'eq', 'field'];

  it('are stored, read, edited, sorted by and asked for like any other', async () => {
    const sdl = `type Odd @model { id: ID! ${FIELDS.map((f) => `${f}: String`).join(' ')} evens: [Even] @hasMany }
      type Even @model { id: ID! some: String not: String odd: Odd @belongsTo }`;
    type Odd = Record<string, unknown>;
    const store = await openStore<Record<'Odd' | 'Even', Odd>>(sdl, { storage: 'indexeddb' });
    const { Odd, Even } = store.models;
    const odd = await store.save(new Odd(Object.fromEntries(FIELDS.map((f) => [f, `${f}!`]))));
    for (const field of FIELDS) {
      expect(odd[field]).to.equal(`${field}!`);
      expect((await store.query(Odd, (p: any) => p[field].eq(`${field}!`)))[0], field).to.equal(odd);
      expect((await store.query(Odd, (p: any) => p, { sort: (s: any) => s[field]('DESCENDING') }))[0]).to.equal(odd);
    }
    const copy = Odd.copyOf(odd, (d) => {
      for (const field of FIELDS) d[field] = field;
    });
    expect(await store.save(copy)).to.deep.include(Object.fromEntries(FIELDS.map((f) => [f, f])));
    expect(JSON.parse(JSON.stringify({ ...copy }))).to.deep.include({ toJSON: 'toJSON' });
    await store.save(new Even({ some: 'a', not: 'b', odd: copy }));
    expect((await store.query(Odd, (p: any) => p.evens.some.eq('a'))).length).to.equal(1);
    expect((await store.query(Odd, (p: any) => p.evens.some((e: any) => e.not.eq('b')))).length).to.equal(1);
    expect((await store.query(Odd, (p: any) => p.evens.not((e: any) => e.not.eq('b')))).length).to.equal(0);
  });

  it('leave the store of others alone', async () => {
    const store = await openStore<Blog>(BLOG);
    for (const name of NAMES) {
      expect((store.models as Record<string, unknown>)[name]).to.equal(undefined);
      expect(store.enums[name]).to.equal(undefined);
    }
  });
});
