import { expect } from 'chai';
import { DataStore, GranaryError, type OpenOptions, type StoreEvent } from 'granary';
import { BLOG, KITCHEN, type Blog, type Kitchen, type Post } from './models.js';
import { closeStores, collected, fails, freshName, openStore, until } from './support.js';

const beside = (options: Partial<OpenOptions<Blog>> = {}) => openStore<Blog>(BLOG, { host: 'worker', storage: 'indexeddb', name: freshName(), ...options });
const turn = () => new Promise((resolve) => setTimeout(resolve));

describe('an engine in a worker', () => {
  afterEach(closeStores);

  it('says so, keeps what it is given, and reads what one in the page has kept', async () => {
    const store = await beside();
    expect((await store.stats()).host).to.equal('worker');
    const { Post, Comment } = store.models;
    const post = await store.save(new Post({ title: 'hello', rating: 1 }));
    await store.save(new Comment({ content: 'first', post }));
    await store.close();
    const inPage = await openStore<Blog>(BLOG, { name: store.name, storage: 'indexeddb', host: 'page' });
    expect((await inPage.stats()).host).to.equal('page');
    const [found] = await inPage.query(inPage.models.Post, (p) => p.comments.content.eq('first'));
    expect(found).to.include({ id: post.id, title: 'hello' });
    await inPage.save(inPage.models.Post.copyOf(found!, (draft) => void (draft.title = 'changed')));
    await inPage.close();
    const again = await beside({ name: store.name });
    expect((await again.query(again.models.Post, post.id))!.title).to.equal('changed');
  });

  it('gives each state of a record as one object, whoever asks', async () => {
    const store = await beside();
    const { Post } = store.models;
    const told: Post[] = [];
    store.observe(Post).subscribe(({ element }) => told.push(element));
    const live: (readonly Post[])[] = [];
    store.live(Post).subscribe(({ items }) => live.push(items));
    const [one, two] = await store.saveAll([new Post({ title: 'one' }), new Post({ title: 'two' })]);
    await until('all have heard', () => told.length === 2 && live.at(-1)?.length === 2);
    const all = await store.query(Post);
    expect(all[0]).to.equal(one);
    expect(all[1]).to.equal(two);
    expect(told).to.have.ordered.members(all);
    expect(live.at(-1)).to.have.ordered.members(all);
    expect(await store.query(Post, one!.id)).to.equal(one);
    const edited = await store.save(Post.copyOf(one!, (draft) => void (draft.rating = 5)));
    const after = await store.query(Post);
    expect(edited).not.to.equal(one);
    expect(after[0]).to.equal(edited);
    expect(after[1]).to.equal(two);
  });

  it('sends rows again that the page has dropped', async () => {
    const store = await beside();
    const { Post } = store.models;
    await store.saveAll(Post, Array.from({ length: 200 }, (_, i) => ({ title: `${i}` })));
    let refs: WeakRef<object>[] = [];
    await (async () => {
      refs = (await store.query(Post)).map((post) => new WeakRef(post));
    })();
    await collected(refs);
    expect((await store.query(Post)).map(({ title }) => title)).to.deep.equal(refs.map((_, i) => `${i}`));
  });

  it('sees in each call what the calls before it did, though nobody waited for those', async () => {
    const store = await beside();
    const { Post } = store.models;
    const saved = store.save(new Post({ id: 'p', title: 'a' }));
    const first = store.query(Post, 'p');
    const edited = store.save(new Post({ id: 'q', title: 'b' }));
    const count = store.count(Post);
    expect((await first)?.title).to.equal('a');
    expect(await count).to.equal(2);
    await Promise.all([saved, edited]);
  });

  it('follows what it followed with the same verbs: the present answer is there at once while somebody does', async () => {
    const store = await beside();
    const { Post } = store.models;
    await store.save(new Post({ title: 'a' }));
    const live = store.live(Post, (p) => p.title.ne('c'));
    const seen: string[][] = [];
    const one = live.subscribe(({ items }) => seen.push(items.map(({ title }) => title)));
    await until('it has answered', () => seen.length === 1);
    expect(live.current!.items.map(({ title }) => title)).to.deep.equal(['a']);
    await store.save(new Post({ title: 'b' }));
    expect(seen.at(-1)).to.deep.equal(['a', 'b']);
    one.unsubscribe();
    const gone = live.subscribe(() => seen.push(['never']));
    gone.unsubscribe(); // before the worker has answered
    await store.save(new Post({ title: 'd' }));
    await turn();
    expect(seen.at(-1)).to.deep.equal(['a', 'b']);
  });

  it('refuses with the codes that one in the page refuses with, constructors at once', async () => {
    const store = await openStore<Kitchen>(KITCHEN, { host: 'worker' });
    const { Thing } = store.models;
    expect(() => new Thing({ name: 'a', day: 'tomorrow' })).to.throw(GranaryError, /Thing\.day/);
    expect(new Thing({ name: 'a', at: '2024-01-01T00:00:00+01:00', sizes: [{ width: 1, unit: null }] }).sizes).to.deep.equal([{ width: 1, unit: null }]);
    const thing = await store.save(new Thing({ name: 'a', mail: 'a@example.com' }));
    expect(() => Thing.copyOf(thing, (draft) => void (draft.mail = 'nobody'))).to.throw(GranaryError, /Thing\.mail/);
    const conflict = await fails('CONFLICT', /./, () => store.save(Thing.copyOf(thing, (draft) => void (draft.count = 1)), (t) => t.name.eq('b')));
    expect(conflict.op).to.equal('save');
    await store.close();
    await fails('CLOSED', /was closed/, () => store.count(Thing));
    await fails('SCHEMA', /./, () => openStore('type Post @model {', { host: 'worker' }));
  });

  it('runs transactions, again when another store has changed what they read', async () => {
    const store = await beside();
    const other = await openStore<Blog>(BLOG, { name: store.name, storage: 'indexeddb', host: 'page' });
    await store.save(new store.models.Post({ id: 'n', title: 'n', rating: 0 }));
    const count = (of: DataStore<Blog>) => of.transaction(async (tx) => {
      const post = (await tx.query(of.models.Post, 'n'))!;
      await tx.save(of.models.Post.copyOf(post, (draft) => void (draft.rating = post.rating! + 1)));
    }, { retries: 100 });
    while (!(await other.query(other.models.Post, 'n'))) await turn();
    await Promise.all([count(store), count(other), count(store), count(other)]);
    const total = await store.transaction(async (tx) => {
      const post = (await tx.query(store.models.Post, 'n'))!;
      await tx.save(store.models.Post.copyOf(post, (draft) => void (draft.title = 'counted')));
      return post.rating;
    });
    expect(total).to.equal(4);
    await fails('INVALID', /mine/, () => store.transaction(async (tx) => {
      await tx.save(new store.models.Post({ title: 'never' }));
      throw new GranaryError('INVALID', 'mine');
    }));
    expect(await store.count(store.models.Post)).to.equal(1);
  });

  it('notices that the browser has lost the database', async () => {
    const events: StoreEvent[] = [];
    const listening = DataStore.events().subscribe((event) => events.push(event));
    const store = await beside();
    await store.save(new store.models.Post({ title: 'lost' }));
    await store.close();
    expect(localStorage.getItem(`granary:${store.name}`)).to.match(/ \d+$/);
    await new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase(`granary:${store.name}`);
      request.onsuccess = resolve;
      request.onerror = reject;
    });
    const again = await beside({ name: store.name });
    expect(await again.count(again.models.Post)).to.equal(0);
    const own = () => events.filter((event) => event.store === store.name).map(({ type }) => type);
    await until('it was told', () => own().length > 0);
    listening.unsubscribe();
    expect(own()).to.deep.equal(['RESET']);
    await again.close();
    await DataStore.destroy(store.name);
    expect(localStorage.getItem(`granary:${store.name}`)).to.equal(null);
  });

  for (const crash of ['panic', 'memory', 'script']) {
    it(`that crashes (${crash}) is replaced: what was acknowledged is there, and live queries go on`, async () => {
      const host = () => new Worker('/crashing-worker.js', { type: 'module' });
      const store = await beside({ host });
      const { Post } = store.models;
      const events: StoreEvent[] = [];
      store.events().subscribe((event) => events.push(event));
      const [one] = await store.saveAll([new Post({ title: 'one' }), new Post({ title: 'two' })]);
      let shown: readonly Post[] = [];
      store.live(Post).subscribe(({ items }) => (shown = items));
      await until('it has answered', () => shown.length === 2);
      const channel = new BroadcastChannel('crash');
      const told = new Promise<void>((resolve) => store.events().subscribe(({ type }) => type === 'ENGINE_RESTARTED' && resolve()));
      channel.postMessage(crash);
      channel.close();
      const outcomes = await Promise.all(Array.from({ length: 20 }, async (_, i) => {
        await turn();
        return store.save(new Post({ title: `${i}` })).then(() => 'kept', ({ code }: GranaryError) => code);
      }));
      await told;
      expect(outcomes.filter((code) => !['kept', 'RUNTIME_EXITED', 'UNKNOWN_OUTCOME'].includes(code))).to.deep.equal([]);
      const all = await store.query(Post);
      expect(all[0], 'the same object').to.equal(one);
      expect(all.length).to.be.at.least(2 + outcomes.filter((code) => code === 'kept').length);
      await store.save(new Post({ title: 'last' }));
      await until('the live query goes on', () => shown.at(-1)?.title === 'last');
      expect(events.map(({ type }) => type)).to.deep.equal(['ENGINE_RESTARTED']);
      expect((await store.stats()).host).to.equal('worker');
    });
  }

  const faults: [why: string, says: RegExp, host: () => Worker][] = [
    ['the browser forbids it', /could not be started \(forbidden\)/, () => { throw new DOMException('forbidden', 'SecurityError'); }],
    ['its script is not there', /could not be started \(.*script could not be loaded/, () => new Worker('/dist/no-such-worker.js', { type: 'module' })],
    ['its script is another', /could not be started \(.*not of this version/, () => new Worker(URL.createObjectURL(new Blob(['onmessage = () => postMessage([{ kind: "ready", protocol: 0 }])'])))],
  ];
  for (const [why, says, host] of faults) {
    it(`is one in the page when ${why}, and an event says so`, async () => {
      const heard: StoreEvent[] = [];
      const listening = DataStore.events().subscribe((event) => heard.push(event));
      const store = await beside({ host });
      await until('it was told', () => heard.length > 0);
      listening.unsubscribe();
      expect(heard.map(({ type, store: name }) => [type, name])).to.deep.equal([['HOST', store.name]]);
      expect((heard[0] as { error?: GranaryError }).error).to.include({ code: 'WASM' });
      expect((heard[0] as { error?: GranaryError }).error!.message).to.match(says).and.to.match(/worker-src/);
      expect((await store.stats()).host).to.equal('page');
      await store.save(new store.models.Post({ title: 'kept' }));
      expect(await store.count(store.models.Post)).to.equal(1);
    });
  }

  it('is asked for by name', async () => {
    await fails('INVALID', /host must be 'page' or 'worker', got cloud/, () => openStore(BLOG, { host: 'cloud' as never }));
  });
});
