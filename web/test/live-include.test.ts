import { expect } from 'chai';
import { Predicates, type LiveAnswer } from 'granary';
import { BLOG, KITCHEN, type Blog, type Kitchen } from './models.js';
import { closeStores, fails, openStore } from './support.js';

const include = { comments: { where: (c: any) => c.content.beginsWith('g'), sort: (s: any) => s.content('ASCENDING'), limit: 2 }, editors: true } as const;

/** The fields and relations of items, to be compared deeply. */
const plain = (items: readonly object[]) => JSON.parse(JSON.stringify(items)) as unknown;

describe('live queries with include', () => {
  afterEach(closeStores);

  it('make exactly those items anew of which something has changed', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post, Comment, User } = store.models;
    const [a, b] = await store.saveAll(['a', 'b', 'c'].map((title) => new Post({ title })));
    const answers: LiveAnswer<any>[] = [];
    const live = store.live(Post, Predicates.ALL, { include: include as { comments: typeof include.comments; editors: true } });
    live.subscribe((answer) => void answers.push(answer));
    await Promise.resolve();
    expect(answers[0]!.items.map((post) => [post.comments, post.editors])).to.deep.equal([[[], []], [[], []], [[], []]]);

    const said = (at: number) => answers.at(-1)!.items[at].comments.map((c: { content: string }) => c.content).join(' ');
    const step = async (what: string, change: () => Promise<unknown>, updated: readonly number[]) => {
      const [count, before] = [answers.length, live.current!.items];
      await change();
      expect(answers.length - count, what).to.equal(updated.length > 0 ? 1 : 0);
      const now = live.current!.items;
      expect(now.map((item, i) => (item === before[i] ? -1 : i)).filter((i) => i >= 0), what).to.deep.equal(updated);
      if (updated.length === 0) expect(now, what).to.equal(before);
      else expect([...live.current!.diff!.updated].sort(), what).to.deep.equal(updated);
      expect(plain(now), what).to.deep.equal(plain(await store.query(Post, Predicates.ALL, { include: include as never })));
    };
    const comment = (id: string, content: string, post: { id: string }) => store.save(new Comment({ id, content, postCommentsId: post.id }));
    await step('a record that comes', () => comment('1', 'good', a!), [0]);
    expect(said(0)).to.equal('good');
    await step('one that the inclusion leaves out', () => comment('2', 'bad', a!), []);
    await step('several in one commit', () => store.saveAll([
      new Comment({ id: '3', content: 'great', postCommentsId: a!.id }), new Comment({ id: '4', content: 'g', postCommentsId: b!.id })]), [0, 1]);
    await step('one behind the limit', () => comment('5', 'gx', a!), []);
    await step('the limit lets another in', () => store.delete(Comment, '1'), [0]);
    expect(said(0)).to.equal('great gx');
    await step('one that moves to another parent', async () => {
      const moving = (await store.query(Comment, '3'))!;
      await store.save(Comment.copyOf(moving, (d) => void (d.postCommentsId = b!.id)));
    }, [0, 1]);
    expect([said(0), said(1)]).to.deep.equal(['gx', 'g great']);
    const ada = await store.save(new User({ username: 'ada' }));
    await step('over a join', () => b!.editors.add(ada), [1]);
    await step('at the far side of a join', () => store.save(User.copyOf(ada, (d) => void (d.username = 'Ada'))), [1]);
    await step('the record itself', () => store.save(Post.copyOf(b!, (d) => void (d.rating = 1))), [1]);
    await step('what belongs to nobody', () => store.save(new User({ username: 'eve' })), []);
    await step('what is behind it', () => store.delete(User, ada.id), [1]);
  });

  it('keep window, order and objects of the others through each kind of change', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post, Comment } = store.models;
    const options = { sort: (s: any) => s.rating('DESCENDING'), limit: 3, include: { comments: { include: { post: true } } } } as never;
    const live = store.live(Post, Predicates.ALL, options);
    let [told, kept] = [0, 0];
    live.subscribe(() => void told++);
    let state = 11;
    const random = (n: number) => ((state = (state * 48_271) % 2_147_483_647) % n);
    let before = live.current!.items;
    for (let step = 0; step < 150; step++) {
      const id = `${random(8)}`;
      const [next, count] = [random(4), told];
      if (next === 0) await store.delete(Post, id);
      else if (next === 1) await store.save(new Post({ id, title: id, rating: random(9) }));
      else if (next === 2) await store.save(new Comment({ id, content: `${random(3)}`, postCommentsId: `${random(8)}` })).catch(() => {});
      else await store.delete(Comment, id);
      const { items, diff } = live.current!;
      expect(plain(items), `step ${step}`).to.deep.equal(plain(await store.query(Post, Predicates.ALL, options)));
      if (told === count) expect(items).to.equal(before);
      else if (diff) {
        const fresh = new Set([...diff.inserted, ...diff.updated]);
        for (const [i, item] of items.entries()) {
          expect(before.includes(item), `step ${step}, item ${i}`).to.equal(!fresh.has(i));
          if (!fresh.has(i)) kept++;
        }
      }
      before = items;
    }
    expect(told).to.be.above(40);
    expect(kept).to.be.above(40);
  });

  it('go on after clear, and refuse what a query refuses', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    await store.save(new Post({ title: 'x' }));
    const live = store.live(Post, Predicates.ALL, { include: { comments: true } });
    live.subscribe(() => {});
    await store.clear();
    await Promise.resolve();
    expect(live.current).to.deep.include({ items: [], total: 0 });
    await store.save(new Post({ title: 'y' }));
    expect(live.current!.items.map((post) => [post.title, post.comments])).to.deep.equal([['y', []]]);
    await fails('INVALID', /no relation/, () => store.live(Post, Predicates.ALL, { include: { coments: true } } as never));
  });
});

describe('live counts and groups', () => {
  afterEach(closeStores);

  it('count at once, and then each time that the number is another one', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const [all, good]: number[][] = [[], []];
    store.liveCount(Post).subscribe((n) => void all!.push(n));
    const live = store.liveCount(Post, (p) => p.rating.gt(3));
    const subscription = live.subscribe((n) => void good!.push(n));
    expect(live.current).to.equal(0);
    const post = await store.save(new Post({ title: 'a', rating: 5 }));
    await store.save(Post.copyOf(post, (d) => void (d.rating = 6)));
    await store.save(new Post({ title: 'b' }));
    expect([all, good]).to.deep.equal([[0, 1, 2], [0, 1]]);
    await store.delete(Post, post.id);
    await store.clear();
    await Promise.resolve();
    expect([all, good]).to.deep.equal([[0, 1, 2, 1, 0], [0, 1, 0]]);
    subscription.unsubscribe();
    expect(live.current).to.equal(undefined);
    await fails('INVALID', /liveCount Post.*expects a predicate/, () => store.liveCount(Post, 'id' as never));
  });

  it('group at once, and then after each commit that makes the groups others', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const options = { where: (p: any) => p.title.ne('draft'), sum: 'rating', max: 'title', sort: (s: any) => s.count('DESCENDING') } as const;
    const seen: (readonly object[])[] = [];
    const live = store.liveGroupBy(Post, 'status', options as { sum: 'rating' });
    live.subscribe((groups) => void seen.push(groups));
    await Promise.resolve();
    expect(seen).to.deep.equal([[]]);
    const saved = await store.saveAll([new Post({ title: 'a', rating: 1, status: 'ACTIVE' }), new Post({ title: 'b', rating: 2 }), new Post({ title: 'c', rating: 4 })]);
    const draft = await store.save(new Post({ title: 'draft', rating: 8 }));
    await store.save(Post.copyOf(saved[0]!, (d) => void (d.title = 'A')));
    expect(seen).to.have.length(3);
    expect(live.current).to.deep.equal([
      { key: { status: null }, count: 2, sum: { rating: 6 }, max: { title: 'c' } },
      { key: { status: 'ACTIVE' }, count: 1, sum: { rating: 1 }, max: { title: 'A' } },
    ]);
    expect(live.current).to.be.frozen;
    await store.save(Post.copyOf(draft, (d) => void (d.title = 'bb')));
    expect(live.current).to.deep.equal(await store.groupBy(Post, 'status', options as { sum: 'rating' }));
    const status = (await store.query(Post, draft.id))!;
    await store.save(Post.copyOf(status, (d) => void (d.title = 'bc')));
    expect(seen, 'what changed is not in the groups').to.have.length(4);
    await fails('INVALID', /liveGroupBy Post.titel/, () => store.liveGroupBy(Post, 'titel' as never).subscribe(() => {}));
    await fails('INVALID', /liveGroupBy Post.*no option summ/, () => store.liveGroupBy(Post, 'title', { summ: 'rating' } as never));
  });

  it('end with the reason when there can be no answer any more', async () => {
    const store = await openStore<Kitchen>(KITCHEN);
    const { Thing } = store.models;
    const ends: unknown[] = [];
    const others: number[] = [];
    const live = store.liveGroupBy(Thing, [], { sum: 'ratio' });
    live.subscribe({ error: (reason) => void ends.push(reason) });
    store.liveCount(Thing).subscribe((n) => void others.push(n));
    const huge = await store.save(new Thing({ name: 'x', ratio: 1.7e308 }));
    await store.save(new Thing({ name: 'y', ratio: 1.7e308 }));
    expect(ends).to.have.length(1);
    expect(ends[0]).to.include({ code: 'LIMIT' });
    expect(live.current).to.equal(undefined);
    await fails('LIMIT', /beyond/, () => live.subscribe(() => {}));
    await store.delete(Thing, huge.id);
    expect(others).to.deep.equal([0, 1, 2, 1]);
    live.subscribe(() => {});
    expect(live.current).to.deep.equal([{ key: {}, count: 1, sum: { ratio: 1.7e308 } }]);
  });
});
