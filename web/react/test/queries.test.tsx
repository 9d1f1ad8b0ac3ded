import { expect } from 'chai';
import { Predicates, type DataStore, type ModelConstructor } from 'granary';
import { useLiveCount, useLiveQuery, useRecord, useStore, useSuspenseLiveQuery, type LiveResult } from 'granary/react';
import { memo, StrictMode, Suspense, useEffect, useLayoutEffect, useState } from 'react';
import { BLOG, KITCHEN, type Blog, type Kitchen, type Post } from '../../test/models.js';
import { closeStores, openStore, until } from '../../test/support.js';
import { acting, Boundary, countSubscriptions, inAct, loudly, mount, unmountAll, within } from './support.js';

const titles = (posts: readonly Post[]) => posts.map(({ title }) => title).join(' ');

/** The titles of posts, and what was rendered. */
function list(seen: LiveResult<Post>[] = []) {
  return function List({ least = 0, limit = 10 }: { least?: number; limit?: number }) {
    const { Post } = useStore<Blog>().models;
    const result = useLiveQuery(Post, (p) => p.rating.ge(least), { sort: (s) => s.rating('DESCENDING'), limit });
    seen.push(result);
    return <p>{titles(result.items)} of {result.total}</p>;
  };
}

async function blog(...rated: [string, number][]): Promise<DataStore<Blog>> {
  const store = await openStore<Blog>(BLOG);
  await store.saveAll(rated.map(([title, rating]) => new store.models.Post({ title, rating })));
  return store;
}

describe('queries in components', () => {
  afterEach(async () => {
    await unmountAll();
    await closeStores();
  });

  it('have their answer in the first pass, and one more after each commit that changes it', async () => {
    const store = await blog(['a', 1], ['b', 2]);
    const seen: LiveResult<Post>[] = [];
    const List = list(seen);
    const { text } = await mount(within(store, <List least={1} />));
    expect(text()).to.equal('b a of 2');
    expect(seen).to.have.length(1);
    expect(seen[0]).to.deep.include({ total: 2, status: 'ready', error: undefined, isSynced: true, sync: 'LOCAL' });

    await inAct(() => store.save(new store.models.Post({ title: 'none of it' })));
    expect(seen).to.have.length(1);
    await inAct(() => store.save(new store.models.Post({ title: 'c', rating: 3 })));
    expect(text()).to.equal('c b a of 3');
    expect(seen).to.have.length(2);
    expect(seen[1]!.items[2]).to.equal(seen[0]!.items[1]);
  });

  it('are subscribed once for all components that ask the same, in StrictMode too, and released after the last', async () => {
    const store = await blog(['a', 1]);
    const count = countSubscriptions(store);
    const [A, B] = [list(), list()];
    const shown = (one: boolean, two: boolean) => <StrictMode>{within(store, <>{one && <A />}{two && <B />}</>)}</StrictMode>;
    const { render, text } = await mount(shown(true, true));
    expect(text()).to.equal('a of 1a of 1');
    expect(count.opened).to.equal(1);
    await render(shown(false, true));
    expect(count.present).to.equal(1);
    await render(shown(false, false));
    await render(shown(true, false));
    expect(count.opened, 'gone for a moment only').to.equal(1);
    await render(shown(false, false));
    await until('it is released', () => count.present === 0);
    await render(shown(true, true));
    expect(text()).to.equal('a of 1a of 1');
    expect(count.opened).to.equal(2);
  });

  it('ask anew only when what the predicate and the options say is another thing', async () => {
    const store = await blog(['a', 1], ['b', 2], ['c', 3]);
    const count = countSubscriptions(store);
    const List = list();
    const { render, text } = await mount(within(store, <List least={2} />));
    for (let i = 0; i < 5; i++) await render(within(store, <List least={2} />));
    expect([count.opened, text()]).to.deep.equal([1, 'c b of 2']);
    await render(within(store, <List least={3} />));
    expect([count.opened, text()]).to.deep.equal([2, 'c of 1']);
    await render(within(store, <List least={3} limit={0} />));
    expect([count.opened, text()]).to.deep.equal([3, ' of 1']);
  });

  it('call predicates again only for new deps, where there are deps', async () => {
    const store = await blog(['a', 1], ['b', 2]);
    let calls = 0;
    function List({ least }: { least: number; other?: number }) {
      const { Post } = useStore<Blog>().models;
      const { items } = useLiveQuery(Post, (p) => {
        calls++;
        return p.rating.ge(least);
      }, {}, [least]);
      return <p>{titles(items)}</p>;
    }
    const { render, text } = await mount(within(store, <List least={1} />));
    for (let i = 0; i < 5; i++) await render(within(store, <List least={1} other={i} />));
    expect([calls, text()]).to.deep.equal([1, 'a b']);
    await render(within(store, <List least={2} />));
    expect([calls, text()]).to.deep.equal([2, 'b']);
  });

  it('render only the row whose record changed, of a thousand', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const posts = Array.from({ length: 1000 }, (_, i) => new Post({ title: `post ${i}`, rating: i }));
    await store.saveAll(posts);
    const rendered: string[] = [];
    const Row = memo(function Row({ post }: { post: Post }) {
      rendered.push(post.title);
      return <li>{post.title}</li>;
    });
    function List() {
      return <ul>{useLiveQuery(Post).items.map((post) => <Row key={post.id} post={post} />)}</ul>;
    }
    const { container } = await mount(within(store, <List />));
    expect(rendered).to.have.length(1000);
    const [row] = (await store.query(Post, (p) => p.rating.eq(500)));
    await inAct(() => store.save(Post.copyOf(row!, (d) => void (d.title = 'changed'))));
    expect(rendered.slice(1000)).to.deep.equal(['changed']);
    expect(container.querySelectorAll('li')[500]!.textContent).to.equal('changed');
    await inAct(() => store.delete(Post, posts[3]!.id));
    expect(rendered.slice(1001)).to.deep.equal([]);
    expect(container.querySelectorAll('li')).to.have.length(999);
  });

  it('show questions of one commit together', async () => {
    const store = await blog(['a', 1]);
    const { Post } = store.models;
    const seen: string[] = [];
    function Both() {
      const all = useLiveQuery(Post).items.length;
      const count = useLiveCount(Post, (p) => p.title.ne('never'));
      useLayoutEffect(() => void seen.push(`${all} ${count}`));
      return null;
    }
    await mount(within(store, <Both />));
    for (let i = 0; i < 5; i++) await inAct(() => store.save(new Post({ title: `${i}` })));
    expect(seen).to.deep.equal(['1 1', '2 2', '3 3', '4 4', '5 5', '6 6']);
  });

  it('have relations along with the records, and only what leads to a change is another object', async () => {
    const store = await blog(['a', 1], ['b', 2]);
    const { Post, Comment } = store.models;
    const [a] = await store.query(Post, (p) => p.title.eq('a'));
    const seen: (readonly object[])[] = [];
    function List() {
      const { items } = useLiveQuery(Post, Predicates.ALL, { include: { comments: { limit: 2 } } });
      seen.push(items);
      return <p>{items.map((post) => `${post.title}: ${post.comments.map(({ content }) => content).join()};`)}</p>;
    }
    const { text } = await mount(within(store, <List />));
    await inAct(() => store.save(new Comment({ content: 'good', post: a! })));
    expect(text()).to.equal('a: good;b: ;');
    expect(seen).to.have.length(2);
    expect(seen[1]![1]).to.equal(seen[0]![1]);
    expect(seen[1]![0]).not.to.equal(seen[0]![0]);
  });

  it('count without reading, and render for another number only', async () => {
    const store = await blog(['a', 1], ['b', 2]);
    const { Post } = store.models;
    let renders = 0;
    function Count() {
      renders++;
      return <b>{useLiveCount(Post)} {useLiveCount(Post, (p) => p.rating.gt(1))}</b>;
    }
    const { text } = await mount(within(store, <Count />));
    expect(text()).to.equal('2 1');
    const [b] = await store.query(Post, (p) => p.title.eq('b'));
    await inAct(() => store.save(Post.copyOf(b!, (d) => void (d.title = 'B'))));
    expect([renders, text()]).to.deep.equal([1, '2 1']);
    await inAct(() => store.delete(Post, Predicates.ALL));
    expect([renders, text()]).to.deep.equal([2, '0 0']);
  });

  it('follow one record by its key, whatever form that has', async () => {
    const store = await openStore<Kitchen>(KITCHEN);
    const { Seat, Team } = store.models;
    await store.saveAll([new Seat({ row: 'A', number: 1, holder: 'Ada' }), new Seat({ row: 'A', number: 2 })]);
    const team = await store.save(new Team({ name: 'one' }));
    let renders = 0;
    function Found({ id }: { id: string | null }) {
      renders++;
      const seats = [useRecord(Seat, ['A', 1]), useRecord(Seat, { row: 'A', number: 1 })];
      expect(seats[0]).to.equal(seats[1]);
      return <b>{useRecord(Team, id)?.name ?? 'none'} {seats[0]?.holder ?? 'nobody'}</b>;
    }
    const { text, render } = await mount(within(store, <Found id={null} />));
    expect(text()).to.equal('none Ada');
    await render(within(store, <Found id={team.id} />));
    expect([renders, text()]).to.deep.equal([2, 'one Ada']);
    await inAct(() => store.save(new Team({ name: 'another' })));
    expect(renders).to.equal(2);
    await inAct(() => store.save(Team.copyOf(team, (d) => void (d.name = 'two'))));
    expect([renders, text()]).to.deep.equal([3, 'two Ada']);
    await inAct(() => store.deleteAll(Seat, [['A', 1]]));
    await inAct(() => store.delete(team));
    expect(text()).to.equal('none nobody');
  });

  it('end quietly when they are unmounted in the middle of an answer', async () => {
    const store = await blog(['a', 1]);
    const { Post } = store.models;
    const List = list();
    function Parent() {
      const { total } = useLiveQuery(Post);
      return total > 1 ? <i>gone</i> : <><List /><List least={1} /></>;
    }
    const { text, unmount } = await mount(within(store, <Parent />));
    await inAct(() => store.save(new Post({ title: 'b', rating: 1 })));
    expect(text()).to.equal('gone');
    acting(false);
    const subscription = store.live(Post).subscribe(({ total }) => {
      if (total === 3) void unmount();
    });
    await store.save(new Post({ title: 'c' }));
    await until('it is unmounted', () => text() === '');
    await store.save(new Post({ title: 'd' }));
    subscription.unsubscribe();
  });

  it('may save from an effect', async () => {
    const store = await blog(['a', 1]);
    const { Post } = store.models;
    function Filler() {
      const { total } = useLiveQuery(Post);
      useEffect(() => {
        if (total < 4) void store.save(new Post({ title: `${total}` }));
      }, [total]);
      return <b>{total}</b>;
    }
    const { text } = await mount(within(store, <Filler />));
    acting(false);
    await until('there are four', () => text() === '4');
  });

  it('give a wrong query as their error, and to the boundary in the other forms', async () => {
    const store = await blog(['a', 1]);
    const { Post } = store.models;
    const seen: LiveResult<Post>[] = [];
    const wrong = ((p: any) => p.titel.eq('x')) as never;
    const fails = (use: () => unknown) => function Failing() {
      use();
      return null;
    };
    const Plain = fails(() => seen.push(useLiveQuery(Post, wrong)));
    const { render } = await mount(within(store, <Plain />));
    await render(within(store, <Plain />));
    expect(seen[0]).to.deep.include({ items: [], total: 0, status: 'error' });
    expect(seen[0]!.error).to.include({ code: 'INVALID' });
    expect(String(seen[0]!.error)).to.match(/no field or relation titel/);
    expect(seen[1], 'the same until it is another error').to.equal(seen[0]);
    for (const use of [
      () => useSuspenseLiveQuery(Post, wrong), () => useLiveCount(Post, wrong), () => useRecord(Post, undefined as never),
      () => useRecord(Post, ['a', 'b']), () => useSuspenseLiveQuery(Post, Predicates.ALL, { page: 1 }),
    ]) {
      const Failing = fails(use);
      await loudly(async () => {
        const { text } = await mount(within(store, <Boundary><Failing /></Boundary>));
        expect(text()).to.equal('caught INVALID');
      });
    }
  });

  it('come without a flash inside Suspense', async () => {
    const store = await blog(['a', 1]);
    let fallbacks = 0;
    function Fallback() {
      fallbacks++;
      return <i>wait</i>;
    }
    function Items({ of }: { of: ModelConstructor<Post> }) {
      const items: readonly Post[] = useSuspenseLiveQuery(of);
      const [first] = useState(items.length);
      return <p>{first} {titles(items)}</p>;
    }
    const { text } = await mount(within(store, <Suspense fallback={<Fallback />}><Items of={store.models.Post} /></Suspense>));
    expect([fallbacks, text()]).to.deep.equal([0, '1 a']);
    await inAct(() => store.save(new store.models.Post({ title: 'b' })));
    expect([fallbacks, text()]).to.deep.equal([0, '1 a b']);
  });
});
