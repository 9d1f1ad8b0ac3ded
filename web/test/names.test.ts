import { expect } from 'chai';
import * as Granary from 'granary';
import type { StoreEvent } from 'granary';
import { ALONE, judge, look, PAIRS, play, SDL, type Found } from './interleave.mjs';
import { BLOG, type Blog } from './models.js';
import { closeStores, fails, freshName, openStore } from './support.js';

const { DataStore } = Granary;

const open = (name: string) => openStore<Blog>(BLOG, { name, storage: 'indexeddb' });
const turn = () => new Promise((resolve) => setTimeout(resolve));

describe('stores of many names', () => {
  const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

  before(() => void Object.assign(globalThis, { Granary }));
  after(() => void Reflect.deleteProperty(globalThis, 'Granary'));
  afterEach(closeStores);

  it('stay apart and whole however they are opened, written, cleared, closed and destroyed', async () => {
    const names = Array.from({ length: 8 }, freshName);
    const met = new Map<string, number>();
    const codes = new Map<string, number>();
    let before: Found[] = [];
    for (const seed of SEEDS) {
      const told = await play({ names: [...names, ...names], tab: `s${seed}-`, seed, bursts: 8, pairs: PAIRS, alone: ALONE, sdl: SDL, patience: 60_000 });
      expect(told.hung.join(), `calls that never ended, seed ${seed}`).to.equal('');
      const after = await look({ names, sdl: SDL });
      const wrong = [...told.wrong, ...judge(before, [told.ledger], after)];
      expect(wrong.length, `seed ${seed}: ${wrong.join('\n')}`).to.equal(0);
      before = after;
      for (const [into, from] of [[met, told.met], [codes, told.codes]] as const) {
        for (const [what, n] of Object.entries(from)) into.set(what, (into.get(what) ?? 0) + n);
      }
    }
    await Promise.all(names.map((name) => DataStore.destroy(name)));
    for (const pair of PAIRS) expect(met.get(pair) ?? 0, pair).to.be.greaterThan(3);
    for (const call of ['open', 'save', 'transact', 'clear', 'close', 'destroy', 'live']) expect(codes.get(`${call} ok`) ?? 0, call).to.be.greaterThan(10);
  });

  it('are as many as there are different names', async () => {
    const base = freshName();
    const names = ['', ':', ':removal', ' ', '/', '%20', '\u0000', 'A', 'a', '\u00e4', 'a\u0308', '__proto__', 'constructor', '\u{1f600}', '\ufffd', 'x'.repeat(1000)];
    const stores = await Promise.all(names.map((name) => open(base + name)));
    await Promise.all(stores.map(({ save, models: { Post } }, i) => save(new Post({ id: 'one', title: `${i}` }))));
    for (const [i, store] of stores.entries()) {
      expect((await store.query(store.models.Post)).map(({ title }) => title), names[i]!).to.deep.equal([`${i}`]);
    }
    for (const name of ['\ud800', 'a\udfff', '\ude00\ud83d']) {
      await fails('INVALID', /half of a surrogate pair/, () => open(name));
      await fails('INVALID', /half of a surrogate pair/, () => DataStore.destroy(name));
      await fails('INVALID', /half of a surrogate pair/, () => DataStore.repair({ name, schema: BLOG }));
    }
  });

  it('keep users apart who come one after the other', async () => {
    const users = [freshName(), freshName()];
    const kept = new Map(users.map((user) => [user, [] as string[]]));
    for (let round = 0; round < 6; round++) {
      const user = users[round % 2]!;
      const titles = kept.get(user)!;
      const store = await DataStore.open<Blog>({ name: user, schema: BLOG, storage: 'indexeddb' });
      const { Post } = store.models;
      expect((await DataStore.query(Post)).map(({ title }) => title)).to.deep.equal(titles);
      if (round === 4) {
        await DataStore.clear();
        titles.length = 0;
      }
      await DataStore.save(new Post({ title: `${round}` }));
      await DataStore.transaction(async (tx) => void await tx.save(new Post({ title: `${round}, once more` })));
      titles.push(`${round}`, `${round}, once more`);
      const lines = (await (await DataStore.export()).text()).split('\n');
      expect(lines.filter((line) => line.includes('"title"')).length).to.equal(titles.length);
      expect(await DataStore.check()).to.deep.equal({ problems: [] });
      await DataStore.close();
      await fails('CLOSED', /was closed/, () => DataStore.query(Post));
      await fails('CLOSED', /no store is open/, () => DataStore.clear());
    }
    for (const user of users) await DataStore.destroy(user);
    const store = await open(users[0]!);
    expect(await store.count(store.models.Post)).to.equal(0);
  });

  it('acknowledge what they kept though they were closed in the same turn', async () => {
    const store = await open(freshName());
    const { Post } = store.models;
    const post = await store.save(new Post({ title: 'one' }));
    const edited = Post.copyOf(post, (draft) => void (draft.title = 'two'));
    const acts = [
      store.save(edited), store.saveAll([new Post({ title: 'three' }), new Post({ title: 'four' })]), store.saveAll(Post, [{ title: 'five' }]),
      store.delete(Post, (p) => p.title.eq('four')),
    ] as const;
    const [closed, ...outcomes] = await Promise.all([store.close(), ...acts]);
    expect(closed).to.equal(undefined);
    expect(outcomes[0]).to.include({ id: post.id, title: 'two' });
    expect(outcomes[0].updatedAt).to.be.a('string');
    expect(outcomes[1].map(({ title }) => title)).to.deep.equal(['three', 'four']);
    expect([outcomes[2], outcomes[3].map(({ title }) => title)]).to.deep.equal([1, ['four']]);
    const again = await open(store.name);
    expect((await again.query(again.models.Post)).map(({ title }) => title)).to.deep.equal(['two', 'three', 'five']);
  });

  it('end when they are destroyed, with all that follows them, and the next of the name knows nothing of it', async () => {
    const name = freshName();
    const store = await open(name);
    const { Post } = store.models;
    const ends: string[] = [];
    const ended = (who: string) => ({ error: ({ code }: { code: string }) => void ends.push(`${who} ${code}`), complete: () => void ends.push(who) });
    store.live(Post).subscribe(ended('live'));
    store.liveCount(Post).subscribe(ended('count'));
    store.observe(Post).subscribe(ended('observe'));
    store.observe().subscribe(ended('all'));
    await store.save(new Post({ title: 'one' }));
    await DataStore.destroy(name);
    await turn();
    expect(ends.sort()).to.deep.equal(['all CLOSED', 'count CLOSED', 'live CLOSED', 'observe CLOSED']);
    await fails('CLOSED', /has removed the database/, () => store.save(new Post({ title: 'two' })));
    const next = await open(name);
    const heard: StoreEvent[] = [];
    next.events().subscribe((event) => heard.push(event));
    await turn();
    expect(heard).to.deep.equal([]);
    expect(await next.count(next.models.Post)).to.equal(0);
    await next.save(new next.models.Post({ title: 'three' }));
    expect(await next.count(next.models.Post)).to.equal(1);
  });

  it('are not what the static verbs mean once they have ended', async () => {
    const [one, other] = [await open(freshName()), await open(freshName())];
    await one.save(new one.models.Post({ title: 'one' }));
    await DataStore.destroy(other.name);
    await fails('CLOSED', /has removed the database/, () => other.count(other.models.Post));
    await DataStore.transaction(async (tx) => void await tx.save(new one.models.Post({ title: 'two' })));
    expect(await one.count(one.models.Post)).to.equal(2);
    await DataStore.clear();
    expect(await one.count(one.models.Post)).to.equal(0);
    await DataStore.close();
    await fails('CLOSED', /was closed/, () => one.count(one.models.Post));
    await fails('CLOSED', /no store is open/, () => DataStore.close());
  });
});
