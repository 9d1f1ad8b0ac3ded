import { expect } from 'chai';
import { Predicates } from 'granary';
import { bufferCount, distinctUntilChanged, filter, firstValueFrom, from, map, merge, scan, switchMap, Subject, take, toArray } from 'rxjs';
import { BLOG, type Blog } from './models.js';
import { closeStores, openStore, until } from './support.js';

describe('RxJS', () => {
  afterEach(closeStores);

  it('reads a live query with its operators, and unsubscribe ends it', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const live = store.live(Post, (p) => p.rating.ge(1));
    const totals: number[] = [];
    const subscription = from(live).pipe(map(({ total }) => total), distinctUntilChanged()).subscribe((total) => void totals.push(total));
    await until('the first answer is told', () => totals.length === 1);
    const [saved] = await store.saveAll([new Post({ id: 'a', title: 'a', rating: 1 }), new Post({ title: 'b', rating: 2 })]);
    await store.save(Post.copyOf(saved as any, (d: any) => void (d.title = 'A')));
    await store.delete(Post, 'a');
    expect(totals).to.deep.equal([0, 2, 1]);
    expect(live.current).to.include({ total: 1 });
    subscription.unsubscribe();
    expect(live.current, 'nobody is subscribed').to.equal(undefined);
    await store.save(new Post({ title: 'c', rating: 3 }));
    expect(totals).to.deep.equal([0, 2, 1]);
  });

  it('reads what is observed, each record in order, and take ends it', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post, Comment } = store.models;
    const told: string[] = [];
    let completed = false;
    const posts = from(store.observe(Post)).pipe(filter(({ opType }) => opType === 'INSERT'), map(({ element }) => element.title));
    const comments = from(store.observe(Comment)).pipe(map(({ element }) => element.content));
    merge(posts, comments).pipe(take(3)).subscribe({ next: (text) => void told.push(text!), complete: () => (completed = true) });
    const post = await store.save(new Post({ id: 'p', title: 'a' }));
    await store.save(Post.copyOf(post, (d) => void (d.title = 'b')));
    await store.saveAll([new Comment({ content: 'c', post }), new Post({ title: 'd' })]);
    await store.save(new Post({ title: 'e' }));
    expect(told).to.have.members(['a', 'c', 'd']);
    expect(completed).to.equal(true);
  });

  it('changes from one live query to another, and lets go of the first', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    await store.saveAll([1, 2, 3].map((rating) => new Post({ title: `${rating}`, rating })));
    const least = new Subject<number>();
    const queries = [1, 2].map((rating) => store.live(Post, (p) => p.rating.gt(rating), { sort: (s) => s.rating('ASCENDING') }));
    const seen: string[] = [];
    const subscription = least.pipe(switchMap((i) => queries[i]!)).subscribe(({ items }) => void seen.push(items.map(({ title }) => title).join(' ')));
    least.next(0);
    await until('the first is told', () => seen.length === 1);
    least.next(1);
    expect(queries[0]!.current).to.equal(undefined);
    await until('the second is told', () => seen.length === 2);
    await store.save(new Post({ title: '9', rating: 9 }));
    expect(seen).to.deep.equal(['2 3', '3', '3 9']);
    subscription.unsubscribe();
    expect(queries[1]!.current).to.equal(undefined);
  });

  it('completes with the store, with all that was told before', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const counted = firstValueFrom(from(store.observe(Post)).pipe(scan((n) => n + 1, 0), bufferCount(2), toArray()));
    const totals = firstValueFrom(from(store.live(Post, Predicates.ALL)).pipe(map(({ total }) => total), toArray()));
    for (const title of ['a', 'b', 'c']) await store.save(new Post({ title }));
    await store.close();
    expect(await counted).to.deep.equal([[1, 2], [3]]);
    expect(await totals).to.deep.equal([0, 1, 2, 3]);
  });
});
