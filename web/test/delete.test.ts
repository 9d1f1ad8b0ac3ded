import { expect } from 'chai';
import { DataStore, Predicates } from 'granary';
import { BLOG, KITCHEN, type Blog, type Kitchen } from './models.js';
import { closeStores, fails, openStore } from './support.js';

describe('delete', () => {
  let store: DataStore<Blog>;
  beforeEach(async () => {
    store = await openStore<Blog>(BLOG);
  });
  afterEach(closeStores);

  it('answers with the record itself, stored or not', async () => {
    const { Post } = store.models;
    const fresh = new Post({ title: 'one' });
    expect(await store.delete(fresh)).to.equal(fresh);
    await store.save(fresh);
    expect(await store.delete(fresh)).to.equal(fresh);
    expect(await store.count(Post)).to.equal(0);
    await store.save(Post.copyOf(fresh, (d) => void (d.title = 'two')));
    expect(await store.delete(fresh, Predicates.ALL)).to.equal(fresh);
    expect(await store.count(Post)).to.equal(0);
  });

  it('deletes by key and answers with an array', async () => {
    const { Post } = store.models;
    const post = await store.save(new Post({ title: 'one' }));
    const gone = await store.delete(Post, post.id);
    expect(gone).to.deep.equal([post]);
    expect(gone[0]).to.be.an.instanceOf(Post);
    expect(Object.isFrozen(gone[0])).to.equal(true);
    expect(await store.delete(Post, post.id)).to.deep.equal([]);
  });

  it('deletes by a key of several parts', async () => {
    const kitchen = await openStore<Kitchen>(KITCHEN);
    const { Seat } = kitchen.models;
    await kitchen.saveAll([1, 2, 3].map((number) => new Seat({ row: 'A', number })));
    expect((await kitchen.delete(Seat, { row: 'A', number: 1 })).length).to.equal(1);
    expect((await kitchen.delete(Seat, ['A', 2])).length).to.equal(1);
    await fails('INVALID', /2 parts/, () => kitchen.delete(Seat, 'A'));
    expect(await kitchen.count(Seat)).to.equal(1);
  });

  it('deletes what matches, and answers without what the cascade took', async () => {
    const { Post, Comment } = store.models;
    const [a] = await store.saveAll([new Post({ title: 'a', rating: 1 }), new Post({ title: 'b', rating: 2 })]);
    await store.save(new Comment({ content: 'x', post: a! }));
    expect(await store.delete(Post, (p) => p.comments.content.eq('x'))).to.deep.equal([a]);
    expect(await store.count(Comment)).to.equal(0);
    expect((await store.delete(Post, Predicates.ALL)).map((p) => p.title)).to.deep.equal(['b']);
  });

  it('deletes a record on a condition', async () => {
    const { Post } = store.models;
    const post = await store.save(new Post({ title: 'one', rating: 1 }));
    await fails('CONFLICT', /Post/, () => store.delete(post, (p) => p.rating.eq(2)));
    expect(await store.count(Post)).to.equal(1);
    expect(await store.delete(post, (p) => p.rating.eq(1))).to.equal(post);
    expect(await store.count(Post)).to.equal(0);
  });

  it('never deletes all by mistake', async () => {
    const { Post } = store.models;
    await store.save(new Post({ title: 'one' }));
    await fails('INVALID', /delete Post: says not which/, () => (store.delete as (m: unknown) => unknown)(Post));
    await fails('INVALID', /is undefined.*Predicates\.ALL/, () => store.delete(Post, undefined as never));
    await fails('INVALID', /is null/, () => store.delete(Post, null as never));
    await fails('INVALID', /Post\.id/, () => store.delete(Post, {}));
    await fails('INVALID', /delete: expects a model/, () => DataStore.delete(undefined as never));
    await fails('INVALID', /delete: expects a record/, () => DataStore.delete({ id: 'x' }));
    expect(await store.count(Post)).to.equal(1);
  });
});
