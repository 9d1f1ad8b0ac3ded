import { expect } from 'chai';
import { DataStore } from 'granary';
import { IdentityMap } from '../src/identity.js';
import { BLOG, type Blog } from './models.js';
import { closeStores, collected, freshName, openStore } from './support.js';

describe('identity', () => {
  afterEach(closeStores);

  it('gives the same object for the same state, whatever was asked', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post, Comment } = store.models;
    const post = await store.save(new Post({ title: 'one' }));
    const comment = await store.save(new Comment({ post }));
    expect(await store.query(Post, post.id)).to.equal(post);
    expect((await store.query(Post))[0]).to.equal(post);
    expect((await store.query(Post, (p) => p.title.eq('one')))[0]).to.equal(post);
    expect(await comment.post).to.equal(post);
    expect((await post.comments.toArray())[0]).to.equal(comment);
    expect(await store.save(post)).to.equal(post);
  });

  it('gives another object for another state, and leaves the rest', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const [a, b] = await store.saveAll([new Post({ title: 'a' }), new Post({ title: 'b' })]);
    const edited = await store.save(Post.copyOf(a!, (d) => void (d.title = 'c')));
    const found = await store.query(Post);
    expect(found).to.have.ordered.members([edited, b!]);
    expect(edited).to.not.equal(a);
    expect(a!.title).to.equal('a');
  });

  it('forgets all when the store was cleared, and when it is opened anew', async () => {
    const name = freshName();
    const store = await openStore<Blog>(BLOG, { name, storage: 'indexeddb' });
    const post = new store.models.Post({ id: 'same', title: 'one' });
    const before = await store.save(post);
    await store.clear();
    expect(await store.query(store.models.Post, 'same')).to.equal(undefined);
    const after = await store.save(new store.models.Post({ id: 'same', title: 'two' }));
    expect(await store.query(store.models.Post, 'same')).to.equal(after);
    expect([before.title, after.title]).to.deep.equal(['one', 'two']);
    await store.close();
    const again = await openStore<Blog>(BLOG, { name, storage: 'indexeddb' });
    expect(again.models.Post).to.not.equal(store.models.Post);
    expect((await again.query(again.models.Post, 'same'))!.title).to.equal('two');
  });

  it('keeps records apart that others write at the same time', async () => {
    const name = freshName();
    const here = await openStore<Blog>(BLOG, { name, storage: 'indexeddb' });
    const post = await here.save(new here.models.Post({ title: 'one' }));
    const edits = [2, 3, 4].map((n) => here.save(here.models.Post.copyOf(post, (d) => void (d.rating = n))));
    const results = await Promise.all(edits);
    const now = await here.query(here.models.Post, post.id);
    expect(now!.rating).to.equal(4);
    expect(results.at(-1)).to.equal(now);
    expect(DataStore).to.be.a('function');
  });

  it('forgets what is gone', async () => {
    const map = new IdentityMap();
    const alive: object[] = [];
    const gone: WeakRef<object>[] = [];
    const fill = (from: number) => {
      for (let row = from; row < from + 10_000; row++) {
        const record = { row };
        if (row < 10_000 && row % 100 === 0) alive.push(record);
        if (row % 100 === 50) gone.push(new WeakRef(record));
        map.set(row, 1, record);
      }
    };
    fill(0);
    expect(map.get(100, 1)).to.equal(alive[1]);
    expect(map.get(100, 2)).to.equal(undefined);
    expect(map.get(50_000, 1)).to.equal(undefined);
    await collected(gone);
    expect(map.alive()).to.include.members(alive);
    expect(map.alive().length, 'each keeps its neighbours').to.be.within(alive.length, alive.length * 17);
    const before = map.groups.size;
    fill(10_000);
    expect(map.groups.size).to.be.below(before + 10_000 / 16);
    expect(map.get(100, 1)).to.equal(alive[1]);
  });
});
