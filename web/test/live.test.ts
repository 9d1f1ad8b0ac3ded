import { expect } from 'chai';
import { DataStore, Predicates, type LiveAnswer } from 'granary';
import { BLOG, type Blog, type Post } from './models.js';
import { closeStores, fails, openStore, until } from './support.js';

/** Collects the answers of a live query. */
function collector<T>() {
  const answers: LiveAnswer<T>[] = [];
  return { answers, next: (answer: LiveAnswer<T>) => void answers.push(answer), last: () => answers.at(-1)! };
}

const titles = (answer: LiveAnswer<Post>) => answer.items.map((post) => post.title).join(' ');

describe('live queries', () => {
  afterEach(closeStores);

  it('answer at once, and then once for each commit that changes the answer', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    await store.save(new Post({ title: 'a', rating: 1 }));
    const seen = collector<Post>();
    const subscription = store.live(Post, (p) => p.rating.ge(1)).subscribe(seen);
    expect(seen.answers, 'not inside subscribe').to.have.length(0);
    await Promise.resolve();
    expect(seen.answers.map(titles)).to.deep.equal(['a']);
    expect(seen.last()).to.include({ total: 1, diff: undefined, isSynced: true, status: 'LOCAL' });

    const saved = await store.saveAll([new Post({ title: 'b', rating: 2 }), new Post({ title: 'c', rating: 3 }), new Post({ title: 'd' })]);
    expect(seen.answers.map(titles)).to.deep.equal(['a', 'a b c']);
    expect(seen.last().diff).to.deep.equal({ removed: [], inserted: [1, 2], updated: [], moved: [] });

    await store.save(new Post({ title: 'e' }));
    expect(seen.answers, 'a commit that changes nothing of it').to.have.length(2);

    const before = seen.last().items;
    await store.save(Post.copyOf(saved[0]!, (d) => void (d.title = 'B')));
    expect(seen.last().diff).to.deep.equal({ removed: [], inserted: [], updated: [1], moved: [] });
    expect(seen.last().items[0]).to.equal(before[0]);
    expect(seen.last().items[2]).to.equal(before[2]);
    expect(titles({ ...seen.last(), items: before })).to.equal('a b c');

    await store.delete(Post, (p) => p.rating.lt(3));
    expect(seen.last().diff).to.deep.equal({ removed: [0, 1], inserted: [], updated: [], moved: [] });
    expect(await store.query(Post, (p) => p.rating.ge(1))).to.have.ordered.members([...seen.last().items]);
    subscription.unsubscribe();
    await store.save(new Post({ title: 'f', rating: 9 }));
    expect(seen.answers).to.have.length(4);
  });

  it('keep sort, page and limit, and count all that match', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const seen = collector<Post>();
    store.live(Post, Predicates.ALL, { sort: (s) => s.rating('DESCENDING'), page: 1, limit: 2 }).subscribe(seen);
    for (let i = 0; i < 6; i++) await store.save(new Post({ title: `${i}`, rating: i }));
    const { items } = seen.last();
    await store.save(new Post({ title: 'worst' }));
    expect(seen.last().total).to.equal(7);
    expect(seen.last().items).to.equal(items);
    await store.delete(Post, (p) => p.title.eq('worst'));
    expect(titles(seen.last())).to.equal('3 2');
    expect(seen.last().total).to.equal(6);
    const [three] = seen.last().items;
    await store.save(Post.copyOf(three!, (d) => void (d.rating = 10)));
    expect(titles(seen.last())).to.equal('4 2');
    expect(seen.last().diff).to.deep.equal({ removed: [0], inserted: [0], updated: [], moved: [] });
    await store.save(Post.copyOf(seen.last().items[0]!, (d) => void (d.rating = 2)));
    expect(titles(seen.last())).to.equal('2 4');
    expect(seen.last().diff).to.deep.equal({ removed: [0], inserted: [1], updated: [], moved: [[0, 1]] });
  });

  it('follow the relations that their predicates look at', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post, Comment } = store.models;
    const post = await store.save(new Post({ title: 'p' }));
    const seen = collector<Post>();
    store.observeQuery(Post, (p) => p.comments.content.eq('good')).subscribe(seen);
    const comment = await store.save(new Comment({ content: 'bad', post }));
    expect(seen.answers).to.have.length(1);
    const edited = await store.save(Comment.copyOf(comment, (d) => void (d.content = 'good')));
    expect(seen.last().items).to.deep.equal([post]);
    await store.delete(edited);
    expect(seen.last().items).to.deep.equal([]);
  });

  it('agree with a fresh query after each of many changes', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post, Comment } = store.models;
    const questions = [
      [Predicates.ALL, {}],
      [Predicates.ALL, { sort: (s: { rating(d: 'DESCENDING'): never }) => s.rating('DESCENDING'), limit: 3 }],
      [(p: any) => p.comments.some((c: any) => c.content.beginsWith('g')), {}],
      [(p: any) => p.and((q: any) => [q.rating.gt(3), q.comments.none((c: any) => c.content.eq('bad'))]), { limit: 4, page: 1 }],
    ] as const;
    const watched = questions.map(([where, options]) => {
      const seen = collector<Post>();
      const live = store.live(Post, where as never, options as never);
      live.subscribe(seen);
      return { where, options, live, folded: [] as Post[], seen, told: 0 };
    });
    const ops: string[] = [];
    let state = 7;
    const random = (n: number) => ((state = (state * 48_271) % 2_147_483_647) % n);
    for (let step = 0; step < 200; step++) {
      const id = `${random(12)}`;
      const op = random(4); ops.push(`${op} ${id}`);
      switch (op) {
        case 0: await store.delete(Post, id); break;
        case 1: await store.save(new Post({ id, title: id, rating: random(8) })); break;
        case 2: await store.saveAll([new Post({ id, title: id, rating: random(8) }), new Comment({ id, content: ['good', 'bad', 'great'][random(3)]!, postCommentsId: id })]); break;
        default: await store.delete(Comment, id);
      }
      for (const w of watched) {
        for (const { items, diff } of w.seen.answers.slice(w.told)) {
          if (diff) {
            for (const at of [...diff.removed].reverse()) w.folded.splice(at, 1);
            for (const at of diff.inserted) w.folded.splice(at, 0, items[at]!);
            for (const at of diff.updated) w.folded[at] = items[at]!;
          } else w.folded = [...items];
          expect(w.folded, ops.join()).to.have.ordered.members([...items]);
        }
        w.told = w.seen.answers.length;
        const fresh = await store.query(Post, w.where as never, w.options as never);
        expect(w.live.current!.items, ops.join()).to.have.ordered.members(fresh);
        expect(w.folded, ops.join()).to.have.ordered.members(fresh);
      }
    }
    expect(watched.map((w) => w.told > 20)).to.deep.equal([true, true, true, true]);
  });

  it('are shared by their subscribers, and end with the last', async () => {
    const store = await openStore<Blog>(BLOG);
    const live = store.live(store.models.Post);
    expect(live.current).to.equal(undefined);
    const [a, b] = [collector<Post>(), collector<Post>()];
    const [first, second] = [live.subscribe(a), live.subscribe(b)];
    await store.save(new store.models.Post({ title: 'x' }));
    expect(a.last()).to.equal(b.last());
    first.unsubscribe();
    first.unsubscribe();
    expect([first.closed, second.closed]).to.deep.equal([true, false]);
    await store.save(new store.models.Post({ title: 'y' }));
    expect([titles(a.last()), titles(b.last())]).to.deep.equal(['x', 'x y']);
    second.unsubscribe();
    expect(live.current).to.equal(undefined);
    const again = collector<Post>();
    live.subscribe(again);
    await Promise.resolve();
    expect(titles(again.last())).to.equal('x y');
  });

  it('let an observer unsubscribe, subscribe and save from inside', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const live = store.live(Post);
    const inner = collector<Post>();
    let calls = 0;
    const subscription = live.subscribe(({ total }) => {
      calls++;
      if (total === 1) void store.save(new Post({ title: 'second' }));
      if (total === 2) {
        subscription.unsubscribe();
        live.subscribe(inner);
      }
    });
    await store.save(new Post({ title: 'first' }));
    await until('the inner one has its answer', () => inner.answers.length > 0);
    expect(calls).to.equal(3);
    await store.save(new Post({ title: 'third' }));
    expect(titles(inner.last())).to.equal('first second third');
    expect(calls).to.equal(3);
  });

  it('report an observer that throws, once, and go on with the others', async () => {
    const store = await openStore<Blog>(BLOG);
    const reported: unknown[] = [];
    const report = globalThis.reportError;
    globalThis.reportError = (error) => void reported.push(error);
    try {
      const live = store.live(store.models.Post);
      const seen = collector<Post>();
      live.subscribe(({ total }) => {
        if (total === 1) throw new Error('mine');
      });
      live.subscribe(seen);
      await store.save(new store.models.Post({ title: 'x' }));
      await store.save(new store.models.Post({ title: 'y' }));
      expect(seen.answers.map(titles)).to.deep.equal(['', 'x', 'x y']);
      expect(reported.map(String)).to.deep.equal(['Error: mine']);
    } finally {
      globalThis.reportError = report;
    }
  });

  it('end by a signal, by leaving the loop, and by dispose', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const live = store.live(Post);
    const stop = new AbortController();
    const subscription = live.subscribe(() => {}, { signal: stop.signal });
    stop.abort();
    expect(subscription.closed).to.equal(true);
    expect(live.subscribe(() => {}, { signal: stop.signal }).closed).to.equal(true);
    const seen: number[] = [];
    for await (const { total } of live) {
      seen.push(total);
      if (total === 3) break;
      void store.save(new Post({ title: 'x' }));
    }
    expect(seen).to.deep.equal([0, 1, 2, 3]);
    expect(live.current).to.equal(undefined);
    const dispose = (Symbol as { dispose?: symbol }).dispose ?? Symbol.for('Symbol.dispose');
    const last = live.subscribe(() => {});
    (last as unknown as Record<symbol, () => void>)[dispose]!();
    expect(last.closed).to.equal(true);
    const observable = (Symbol as { observable?: symbol }).observable ?? '@@observable';
    expect((live as unknown as Record<PropertyKey, () => unknown>)[observable]!()).to.equal(live);
  });

  it('see a cleared store as empty, and complete when it is closed', async () => {
    const store = await openStore<Blog>(BLOG);
    const seen = collector<Post>();
    let completed = 0;
    await store.save(new store.models.Post({ title: 'x' }));
    const live = store.live(store.models.Post);
    live.subscribe({ ...seen, complete: () => void completed++ });
    await store.clear();
    expect(seen.last()).to.deep.include({ items: [], total: 0 });
    await store.close();
    expect(completed).to.equal(1);
    await fails('CLOSED', /was closed/, () => live.subscribe(() => {}));
  });

  it('refuse what a query refuses, and a key', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    await fails('INVALID', /live Post.*expects a predicate/, () => store.live(Post, 'id' as never));
    await fails('INVALID', /no field or relation titel/, () => store.live(Post, ((p: any) => p.titel.eq('x')) as never));
    await fails('INVALID', /page needs a limit/, () => store.live(Post, Predicates.ALL, { page: 1 }));
    await fails('INVALID', /expects a model/, () => DataStore.live({} as never));
    const other = await openStore<Pick<Blog, 'User'>>('type User @model { id: ID! username: String! }');
    await fails('INVALID', /is of the store/, () => store.live(other.models.User));
    await fails('INVALID', /is of the store/, () => other.live(Post));
  });

  it('let go of a store that is closed while they follow it', async () => {
    const probe = await openStore<Blog>(BLOG);
    const [stores, rows, length] = [80, 1000, 1000];
    for (let i = 0; i < stores; i++) {
      const store = await DataStore.open<Blog>({ name: `closed-${i}`, schema: BLOG, storage: 'memory' });
      store.live(store.models.Post).subscribe(() => {});
      store.observe().subscribe(() => {});
      await store.saveAll(store.models.Post, Array.from({ length: rows }, (_, n) => ({ id: `${n}`, title: 'x'.repeat(length) })));
      await store.close();
    }
    expect((await probe.stats()).memory).to.be.below((stores * rows * length) / 2);
  });

  it('leave nothing behind after thousands of them', async () => {
    const store = await openStore<Blog>(BLOG);
    const live = store.live(store.models.Post, (p) => p.rating.gt(1));
    const round = async () => {
      for (let i = 0; i < 8000; i++) live.subscribe(() => {}).unsubscribe();
      await store.save(new store.models.Post({ title: 'x', rating: 5 }));
      return (await store.stats()).memory;
    };
    const least = async () => { // of several rounds, of which some end with garbage that is not collected yet
      const seen: number[] = [];
      for (let i = 0; i < 5; i++) seen.push(await round());
      return Math.min(...seen);
    };
    const before = await least();
    expect(await least() - before).to.be.below(6_000_000);
    expect(live.current).to.equal(undefined);
  });
});
