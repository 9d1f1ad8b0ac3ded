import { expect } from 'chai';
import type { DataStore, Stats } from 'granary';
import { BLOG, type Blog } from './models.js';
import { closeStores, freshName, openStore } from './support.js';

/** A store on disk whose log was folded into blocks, opened again with nothing in memory. */
async function shelved(): Promise<DataStore<Blog>> {
  const name = freshName();
  const store = await openStore<Blog>(BLOG, { name, storage: 'indexeddb' });
  const { Post, Comment } = store.models;
  const posts = Array.from({ length: 5 }, (_, i) => new Post({ title: `${i}${'x'.repeat(1_000_000)}`, rating: i }));
  await store.saveAll(posts);
  await store.saveAll(posts.map((post) => new Comment({ content: post.title.slice(0, 1), post })));
  while ((await store.stats()).blocks.count < 3) await new Promise((resolve) => setTimeout(resolve, 20));
  await store.close();
  return openStore<Blog>(BLOG, { name, storage: 'indexeddb', preload: 'none' });
}

const loaded = ({ models }: Stats) => models.filter((m) => m.loaded && m.rows > 0).map((m) => m.model);

describe('models that are not in memory', () => {
  afterEach(closeStores);

  it('are loaded by the verb that needs them, and no others', async () => {
    const store = await shelved();
    const { Post, Comment } = store.models;
    expect(loaded(await store.stats())).to.deep.equal([]);
    expect((await store.stats()).models.find((m) => m.model === 'Post')!.rows).to.equal(5);
    expect(await store.count(Comment)).to.equal(5);
    expect(loaded(await store.stats())).to.deep.equal(['Comment']);
    const [comment] = await store.query(Comment, (c) => c.content.eq('3'));
    expect((await comment!.post)!.title[0]).to.equal('3');
    expect(loaded(await store.stats())).to.have.members(['Post', 'Comment']);
    expect(await store.query(Post)).to.have.length(5);
  });

  it('let what is asked after a save see it, though the save has to wait', async () => {
    const store = await shelved();
    const { Comment } = store.models;
    await store.count(Comment);
    const [comment] = await store.query(Comment, (c) => c.content.eq('3'));
    const saving = store.save(Comment.copyOf(comment!, (draft) => { draft.content = 'new'; })); // needs posts
    const counting = store.count(Comment, (c) => c.content.eq('new'));
    expect(await counting).to.equal(1);
    await saving;
  });

  it('give live queries their first answer when they are there', async () => {
    const store = await shelved();
    const { Post } = store.models;
    const live = store.live(Post, (p) => p.rating.ge(2));
    const totals: number[] = [];
    const first = new Promise<void>((resolve) => {
      live.subscribe(({ total }) => {
        totals.push(total);
        resolve();
      });
    });
    expect(live.current).to.equal(undefined);
    await first;
    await store.transaction(async (tx) => {
      const [post] = await tx.query(Post, (p) => p.rating.eq(0));
      await tx.delete(post!);
      await tx.save(new Post({ title: 'more', rating: 9 }));
    });
    await new Promise((resolve) => setTimeout(resolve));
    expect(totals).to.deep.equal([3, 4]);
  });
});
