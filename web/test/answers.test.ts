import { expect } from 'chai';
import { counted } from './counted.js';
import { BLOG, type Blog } from './models.js';
import { closeStores, collected, freshName, openStore } from './support.js';

describe('a question that was answered before', () => {
  afterEach(closeStores);

  it('is answered by the page while no record changes, and by the engine after that', async () => {
    const { store, calls } = await counted();
    const { Post, Comment } = store.models;
    const post = await store.save(new Post({ title: 'one' }));
    await store.save(new Comment({ post }));
    const ask = async () => [
      await store.query(Post), await store.query(Post, (p) => p.title.eq('one')), await post.comments.toArray(), [await store.query(Post, post.id)],
    ];
    const first = await ask();
    const count = () => ['query', 'get', 'related'].reduce((sum, name) => sum + calls.get(`granary_${name}`)!, 0);
    const before = count();
    expect(await ask()).to.deep.equal(first);
    expect(count()).to.equal(before);
    await store.save(new Comment({ post }));
    expect((await ask()).map((found) => found.length)).to.deep.equal([1, 1, 2, 1]);
    expect(count()).to.equal(before + 4);
  });

  it('is answered by the page when nobody has kept the answer and the browser has collected since', async () => {
    const { store, calls } = await counted();
    const { Post } = store.models;
    const posts = await store.saveAll(Array.from({ length: 200 }, (_, i) => new Post({ id: String(i), title: 'one' })));
    const ask = async () => {
      let found = 0;
      for (const { id } of posts) found += (await store.query(Post, (p) => p.id.eq(id))).length;
      return found;
    };
    await ask();
    const before = calls.get('granary_query')!;
    await collected(Array.from({ length: 100 }, () => new WeakRef({})));
    expect(await ask()).to.equal(200);
    expect(calls.get('granary_query')).to.equal(before);
  });

  it('is answered by the page when the answer was a large one, too', async () => {
    const { store, calls } = await counted();
    const { Post } = store.models;
    await store.saveAll(Post, Array.from({ length: 20_000 }, (_, i) => ({ id: String(i), title: 'one' })));
    const ask = async () => (await store.query(Post)).length;
    await ask();
    const before = calls.get('granary_query')!;
    await collected(Array.from({ length: 100 }, () => new WeakRef({})));
    expect(await ask()).to.equal(20_000);
    expect(calls.get('granary_query')).to.equal(before);
  });

  it('has an answer of its own, whatever was done to the one before', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post, Comment } = store.models;
    const post = await store.save(new Post({ title: 'one' }));
    await store.save(new Comment({ post }));
    for (const ask of [() => store.query(Post), () => post.comments.toArray()]) {
      const answer = await ask() as object[];
      answer.length = 0;
      expect(await ask()).to.have.length(1);
    }
  });

  it('is answered anew as soon as something was written, deleted, or cleared', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const titles = async () => (await store.query(Post)).map(({ title }) => title);
    const known = async () => (await store.query(Post, 'a'))?.title;
    expect([await titles(), await known()]).to.deep.equal([[], undefined]);
    const saving = store.save(new Post({ id: 'a', title: 'one' }));
    expect([await titles(), await known()]).to.deep.equal([['one'], 'one']);
    const post = await saving;
    const editing = store.save(Post.copyOf(post, (d) => void (d.title = 'two')));
    expect([await titles(), await known()]).to.deep.equal([['two'], 'two']);
    await editing;
    await store.transaction(async (tx) => {
      await tx.delete(Post, 'a');
      expect([await titles(), await known()]).to.deep.equal([['two'], 'two']);
    });
    expect([await titles(), await known()]).to.deep.equal([[], undefined]);
    await store.save(new Post({ id: 'a', title: 'three' }));
    expect([await titles(), await known()]).to.deep.equal([['three'], 'three']);
    await store.clear();
    expect([await titles(), await known()]).to.deep.equal([[], undefined]);
  });

  it('is answered anew when something was written while it was under way', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    for (const turn of [null, new Promise((resolve) => setTimeout(resolve))]) {
      const before = (await store.query(Post)).length;
      await store.save(new Post({ title: 'before' }));
      const asking = store.query(Post);
      await turn;
      const saving = store.save(new Post({ title: 'meanwhile' }));
      await asking;
      expect(await store.query(Post)).to.have.length(before + 2);
      await saving;
    }
  });

  it('is answered anew when another tab has written', async () => {
    const options = { name: freshName(), storage: 'indexeddb' } as const;
    const [here, there] = [await openStore<Blog>(BLOG, options), await openStore<Blog>(BLOG, options)];
    expect(await here.query(here.models.Post)).to.have.length(0);
    await there.save(new there.models.Post({ title: 'one' }));
    for (let turns = 0; turns < 1000 && (await here.query(here.models.Post)).length === 0; turns++) {
      await new Promise((resolve) => setTimeout(resolve));
    }
    expect(await here.query(here.models.Post)).to.have.length(1);
  });
});
