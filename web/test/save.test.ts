import { expect } from 'chai';
import { DataStore } from 'granary';
import { BLOG, type Blog } from './models.js';
import { closeStores, fails, openStore } from './support.js';

describe('save and saveAll', () => {
  let store: DataStore<Blog>;
  beforeEach(async () => {
    store = await openStore<Blog>(BLOG);
  });
  afterEach(closeStores);

  it('answers with the record as it is stored', async () => {
    const { Post } = store.models;
    const fresh = new Post({ title: 'one' });
    const saved = await store.save(fresh);
    expect(saved).to.not.equal(fresh);
    expect(saved).to.deep.include({ id: fresh.id, title: 'one' });
    expect(saved.createdAt).to.match(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(saved.updatedAt).to.equal(saved.createdAt);
    expect(await store.query(Post, fresh.id)).to.equal(saved);
  });

  it('leaves an unchanged record as it is, saved once or twice', async () => {
    const { Post } = store.models;
    const fresh = new Post({ title: 'one' });
    const saved = await store.save(fresh);
    expect(await store.save(saved)).to.equal(saved);
    expect(await store.save(fresh)).to.equal(saved);
  });

  it('follows the store with the relation of a record that was fresh, once it is saved', async () => {
    const { Post, Comment } = store.models;
    const post = new Post({ title: 'one' });
    const comment = new Comment({ post });
    expect(await comment.post).to.equal(post);
    const stored = await store.save(post);
    await store.save(comment);
    expect(await comment.post).to.equal(stored);
  });

  it('puts records that belong together in one commit, in any order', async () => {
    const { Post, Comment } = store.models;
    const post = new Post({ title: 'one' });
    const [comment, saved] = await store.saveAll([new Comment({ content: 'first', post }), post]);
    expect(await (comment as Blog['Comment']).post).to.equal(saved);
    expect(await store.saveAll([])).to.deep.equal([]);
  });

  it('saves all records or none', async () => {
    const { Post, Comment } = store.models;
    const records = [new Post({ title: 'one' }), new Comment({ postCommentsId: 'nowhere' })];
    await fails('REFERENCE', /Comment/, () => store.saveAll(records));
    expect(await store.count(Post)).to.equal(0);
    expect((await store.saveAll([records[0]!])).length, 'it still counts as new').to.equal(1);
    expect(await store.count(Post)).to.equal(1);
  });

  it('refuses to point at a record that is not there', async () => {
    const { Post, Comment } = store.models;
    await fails('REFERENCE', /post/i, () => store.save(new Comment({ post: new Post({ title: 'unsaved' }) })));
    expect(await store.count(Comment)).to.equal(0);
  });

  it('saves on a condition', async () => {
    const { Post } = store.models;
    const post = await store.save(new Post({ title: 'one', rating: 1 }));
    const copy = Post.copyOf(post, (d) => void (d.rating = 2));
    await fails('CONFLICT', /Post/, () => store.save(copy, (p) => p.rating.eq(5)));
    expect((await store.query(Post, post.id))!.rating).to.equal(1);
    expect((await store.save(copy, (p) => p.rating.eq(1))).rating).to.equal(2);
    await store.save(new Post({ title: 'not there yet' }), (p) => p.title.eq('else'));
  });

  it('inserts again what was deleted meanwhile', async () => {
    const { Post } = store.models;
    const post = await store.save(new Post({ title: 'one' }));
    await store.delete(post);
    await store.save(Post.copyOf(post, (d) => void (d.title = 'two')));
    expect((await store.query(Post, post.id))!.title).to.equal('two');
  });

  it('takes saves that are started together', async () => {
    const { Post } = store.models;
    const posts = await Promise.all(Array.from({ length: 300 }, (_, rating) => store.save(new Post({ title: 'x', rating }))));
    expect(posts.map((p) => p.rating)).to.deep.equal(Array.from({ length: 300 }, (_, i) => i));
    const [post] = posts;
    await Promise.all([1, 2, 3].map((n) => store.save(Post.copyOf(post!, (d) => void (d.title = `edit ${n}`)))));
    expect((await store.query(Post, post!.id))!.title).to.equal('edit 3');
  });

  it('refuses what is no record', async () => {
    for (const value of [undefined, null, 5, {}, { title: 'one' }, [], () => {}, store.models.Post]) {
      await fails('INVALID', /save: expects a record/, () => DataStore.save(value as object));
    }
    await fails('INVALID', /saveAll: expects an array/, () => store.saveAll(new store.models.Post({ title: 'x' }) as never));
    await fails('INVALID', /saveAll: expects a record/, () => store.saveAll([{}]));
    const other = await openStore<Blog>(BLOG);
    await fails('INVALID', /is of the store/, () => store.save(new other.models.Post({ title: 'x' })));
    await fails('INVALID', /is of the store/, () =>
      DataStore.saveAll([new store.models.Post({ title: 'x' }), new other.models.Post({ title: 'x' })]));
    const post = new store.models.Post({ title: 'x' });
    await fails('INVALID', /condition must be a function/, () => store.save(post, 'x' as never));
  });

  it('imports plain values without making instances', async () => {
    const { Post, Comment } = store.models;
    const post = await store.save(new Post({ title: 'first' }));
    expect(await store.saveAll(Comment, [{ content: 'a', post }, { id: 'b', postCommentsId: post.id }, {}])).to.equal(3);
    expect((await post.comments.toArray()).map((c) => c.content)).to.deep.equal(['a', null]);
    expect((await store.query(Comment, 'b'))!.createdAt).to.be.a('string');
    expect(await store.saveAll(Post, [])).to.equal(0);
    await fails('INVALID', /Post.*titel.*title/, () => store.saveAll(Post, [{ title: 'x' }, { titel: 'y' } as never]));
    await fails('INVALID', /Post\.title/, () => store.saveAll(Post, [{ title: 5 as never }]));
    await fails('INVALID', /createdAt/, () => store.saveAll(Post, [{ title: 'x', createdAt: '2026-01-01T00:00:00Z' } as never]));
    await fails('INVALID', /array of records/, () => store.saveAll(Post, { title: 'x' } as never));
    await fails('REFERENCE', /post/, () => store.saveAll(Comment, [{ content: 'x' }, { postCommentsId: 'none' }]));
    expect(await store.count(Post)).to.equal(1);
    expect(await store.count(Comment)).to.equal(3);
  });

  it('imports texts of any characters, of any number of records', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    for (const count of [1, 255, 256, 257, 1_000]) {
      const titles = Array.from({ length: count }, (_, i) => ['plain', 'é', '😀', '\u0000"\\\n', '\ud800', ''][i % 6]! + i);
      await store.saveAll(Post, titles.map((title, i) => ({ id: `${count}-${i}`, title })));
      const found = await store.query(Post, (p) => p.id.beginsWith(`${count}-`));
      expect(found.map(({ title }) => title)).to.deep.equal(titles);
    }
    const long = '😀'.repeat(100_000);
    await store.saveAll(Post, [{ title: long }]);
    expect(await store.query(Post, (p) => p.title.eq(long))).to.have.length(1);
  });

  it('imports many records in one commit', async () => {
    const { Post } = store.models;
    const posts = await store.saveAll(Array.from({ length: 20_000 }, (_, i) => new Post({ title: `post ${i}`, rating: i })));
    expect(posts.length).to.equal(20_000);
    expect(posts[19_999]).to.deep.include({ title: 'post 19999', rating: 19_999 });
    expect(await store.query(Post, posts[7]!.id)).to.equal(posts[7]);
    expect(await store.count(Post, (p) => p.rating.lt(100))).to.equal(100);
  });
});
