import { expect } from 'chai';
import { type CommitOptions, DataStore } from 'granary';
import { BLOG, type Blog } from './models.js';
import { closeStores, fails, freshName, openStore } from './support.js';

const strict: CommitOptions = { durability: 'strict' };
const relaxed: CommitOptions = { durability: 'relaxed' };

/** What the browser is asked for when the log is written to, one by one. */
function listen(): { asked: string[]; end(): void } {
  const { transaction } = IDBDatabase.prototype;
  const asked: string[] = [];
  IDBDatabase.prototype.transaction = function (stores: string | Iterable<string>, mode, options) {
    const names = [stores].flat() as string[];
    if (mode === 'readwrite' && names.includes('log') && !names.includes('blocks')) asked.push(options!.durability!);
    return transaction.call(this, stores, mode, options);
  };
  return { asked, end: () => void (IDBDatabase.prototype.transaction = transaction) };
}

describe('durability', () => {
  afterEach(closeStores);

  for (const durability of ['relaxed', 'strict'] as const) {
    it(`is asked for by single commits of a store that is ${durability}`, async () => {
      const store = await openStore<Blog>(BLOG, { storage: 'indexeddb', name: freshName(), durability });
      const { Post } = store.models;
      const post = () => new Post({ title: 'x' });
      const kept = await store.saveAll([post(), post(), post(), post(), post()]);
      const { asked, end } = listen();
      const acts: [act: (options?: CommitOptions) => Promise<unknown>, options: CommitOptions | undefined][] = [];
      for (const options of [undefined, strict, relaxed]) {
        acts.push([(o) => store.save(post(), undefined, o), options]);
        acts.push([(o) => store.saveAll([post()], o), options]);
        acts.push([(o) => store.saveAll(Post, [{ title: 'row' }], o), options]);
        acts.push([(o) => store.delete(kept.pop()!, undefined, o), options]);
        acts.push([(o) => store.transaction((tx) => tx.save(post()), o), options]);
      }
      acts.push([(o) => store.delete(Post, kept[0]!.id, o), strict], [(o) => store.deleteAll([kept[1]!], o), strict]);
      acts.push([(o) => store.deleteAll(Post, [kept[1]!.id, (kept[2] ?? kept[1]!).id], o), strict]);
      try {
        for (const [act, options] of acts) {
          asked.length = 0;
          await act(options);
          const expected = [options?.durability ?? durability];
          if (asked.length > 0) expect(asked, String(act)).to.deep.equal(expected);
          else expect(act.toString(), 'nothing was to be done').to.match(/deleteAll\(Post/);
        }
      } finally {
        end();
      }
    });
  }

  it('refuses what it does not know, and within a transaction', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const post = new Post({ title: 'x' });
    const odd = { durability: 'forever' } as never;
    for (const act of [
      () => store.save(post, undefined, odd), () => store.saveAll([post], odd), () => store.saveAll(Post, [], odd),
      () => store.delete(post, undefined, odd), () => store.deleteAll([post], odd), () => store.transaction(() => {}, odd),
    ]) await fails('INVALID', /durability must be 'relaxed' or 'strict'/, act);
    await fails('INVALID', /of the transaction as a whole/, () => store.transaction((tx) => tx.save(post, undefined, strict)));
    expect(await store.count(Post)).to.equal(0);
  });
});

describe('room', () => {
  afterEach(closeStores);

  it('is told, and asked for', async () => {
    const store = await openStore<Blog>(BLOG);
    const { usage, quota, persisted } = await store.estimate();
    for (const bytes of [usage, quota]) expect(bytes === undefined || bytes >= 0).to.equal(true);
    expect(persisted).to.be.a('boolean');
    expect(await store.persist()).to.be.a('boolean');
  });

  it('is told where the browser says nothing', async () => {
    const store = await openStore<Blog>(BLOG);
    const says = Object.getOwnPropertyDescriptor(Navigator.prototype, 'storage'); // not every WebKit has it
    try {
      for (const value of [undefined, {}, { estimate: () => Promise.reject(new TypeError()), persist: () => { throw new TypeError(); } }]) {
        Object.defineProperty(Navigator.prototype, 'storage', { value, configurable: true });
        expect(await store.estimate()).to.deep.equal({ usage: undefined, quota: undefined, persisted: false });
        expect(await store.persist()).to.equal(false);
      }
    } finally {
      if (says) Object.defineProperty(Navigator.prototype, 'storage', says);
      else Reflect.deleteProperty(Navigator.prototype, 'storage');
    }
    await DataStore.check();
  });
});
