import { expect } from 'chai';
import { BLOG, type Blog, type User } from './models.js';
import { DataStore, type Collection } from 'granary';
import { closeStores, fails, openStore } from './support.js';

const FRIENDS = /* GraphQL */ `
  type Person @model {
    id: ID!
    likes: [Person] @manyToMany(relationName: "Liking")
    likedBy: [Person] @manyToMany(relationName: "Liking")
  }
`;

interface Liking { readonly id: string }
interface Person {
  readonly id: string;
  readonly likes: Collection<Person, Liking>;
  readonly likedBy: Collection<Person, Liking>;
}

describe('many-to-many collections', () => {
  afterEach(closeStores);

  async function blog() {
    const store = await openStore<Blog>(BLOG);
    const post = await store.save(new store.models.Post({ title: 'p' }));
    const users = await store.saveAll(['a', 'b', 'c'].map((username) => new store.models.User({ username })));
    return { store, post, users: users as [User, User, User], ...store.models };
  }

  const names = async (users: { toArray(): Promise<User[]> }) => (await users.toArray()).map((u) => u.username);

  it('add what is missing and keep what is there', async () => {
    const { store, post, users: [a, b, c], PostEditor } = await blog();
    await post.editors.add(a);
    const [join] = await store.query(PostEditor);
    await post.editors.add([a, b, b]);
    await c.posts.add(post);
    await post.editors.add([]);
    expect(await names(post.editors)).to.deep.equal(['a', 'b', 'c']);
    expect((await store.query(PostEditor))[0]).to.equal(join);
    expect(await store.count(PostEditor)).to.equal(3);
  });

  it('remove every join of the pair, and leave the records', async () => {
    const { store, post, users: [a, b], PostEditor, User } = await blog();
    await post.editors.add([a, b]);
    await store.save(new PostEditor({ post, user: a }));
    await post.editors.remove([a]);
    expect(await names(post.editors)).to.deep.equal(['b']);
    await b.posts.remove(post);
    expect(await store.count(PostEditor)).to.equal(0);
    expect(await store.count(User)).to.equal(3);
  });

  it('of a model with itself work from both sides', async () => {
    const store = await openStore<{ Person: Person; Liking: Liking }>(FRIENDS);
    const { Person } = store.models;
    const [a, b] = (await store.saveAll([new Person({ id: 'a' }), new Person({ id: 'b' })])) as [Person, Person];
    await a.likes.add(b);
    await a.likedBy.add(a);
    const ids = async (list: Collection<Person, Liking>) => (await list.toArray()).map((p) => p.id);
    expect(await ids(a.likes)).to.deep.equal(['a', 'b']);
    expect(await ids(b.likedBy)).to.deep.equal(['a']);
    expect(await ids(b.likes)).to.deep.equal([]);
    await b.likedBy.remove(a);
    expect(await ids(a.likes)).to.deep.equal(['a']);
  });

  it('refuse has-many relations, other models and unsaved records', async () => {
    const { store, post, users: [a], Post, Comment, User, PostEditor } = await blog();
    const comment = await store.save(new Comment({ content: 'c' }));
    // @ts-expect-error a has-many collection does not have it
    const error = await fails('INVALID', /Post\.comments.*no many-to-many.*Comment/, () => post.comments.add(comment));
    expect(error.field).to.equal('comments');
    // @ts-expect-error a comment is no user
    await fails('INVALID', /Post\.editors.*records of User/, () => post.editors.add(comment));
    await fails('INVALID', /records of User/, () => post.editors.remove(undefined as never));
    await fails('REFERENCE', /PostEditor\.user/, () => post.editors.add([a, new User({ username: 'unsaved' })]));
    await fails('REFERENCE', /PostEditor\.post/, () => new Post({ title: 'unsaved' }).editors.add(a));
    expect(await store.count(PostEditor)).to.equal(0);
  });

  it('can be changed within a transaction', async () => {
    const { store, post, users: [a, b], Post, PostEditor } = await blog();
    await store.transaction(async (tx) => {
      await tx.add(post, 'editors', [a, b]);
      await tx.remove(post, 'editors', a);
      const inside = (await tx.query(Post, post.id))!;
      await inside.editors.add(a);
      expect(await names(inside.editors)).to.deep.equal(['a', 'b']);
      expect(await names(post.editors), 'a record from outside reads outside').to.deep.equal([]);
      expect(await store.count(PostEditor)).to.equal(0);
      // @ts-expect-error it is no many-to-many relation
      await fails('INVALID', /no many-to-many/, () => tx.add(post, 'comments', []));
      // @ts-expect-error there is no such relation
      await fails('INVALID', /no field or relation editor/, () => tx.add(post, 'editor', a));
    });
    expect(await names(post.editors)).to.deep.equal(['a', 'b']);
  });
});

describe('deleteAll', () => {
  afterEach(closeStores);

  it('deletes records of any models in one commit with one cascade', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post, Comment, User } = store.models;
    const post = await store.save(new Post({ title: 'p' }));
    const comment = await store.save(new Comment({ content: 'c', post }));
    await store.save(new Comment({ content: 'd', post }));
    const user = await store.save(new User({ username: 'u' }));
    const list = [comment, post, user];
    const { log: { entries } } = await store.stats();
    expect(await store.deleteAll<object>(list)).to.deep.equal(list);
    expect((await store.stats()).log.entries).to.equal(entries + 1);
    expect(await store.count(Comment)).to.equal(0);
    expect(await store.deleteAll([])).to.deep.equal([]);
    expect(await DataStore.deleteAll<object>([post])).to.deep.equal([post]);
  });

  it('deletes by keys and resolves with the records there were', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const [a, b] = await store.saveAll([new Post({ title: 'a' }), new Post({ title: 'b' })]);
    const deleted = await store.deleteAll(Post, [b!.id, 'nobody', { id: a!.id }]);
    expect(deleted.map((p) => p.title)).to.deep.equal(['b', 'a']);
    expect(deleted[0]).to.be.instanceOf(Post);
    expect(await store.deleteAll(Post, [])).to.deep.equal([]);
    expect(await store.count(Post)).to.equal(0);
  });

  it('refuses what it cannot take, and deletes nothing then', async () => {
    const store = await openStore<Blog>(BLOG);
    const other = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const post = await store.save(new Post({ title: 'p' }));
    const foreign = new other.models.Post({ title: 'x' });
    await fails('INVALID', /array of records/, () => store.deleteAll(post as never));
    await fails('INVALID', /array of keys/, () => store.deleteAll(Post, post.id as never));
    await fails('INVALID', /expects a record/, () => store.deleteAll([post, undefined as never]));
    await fails('INVALID', /not of/, () => store.deleteAll([post, foreign]));
    await fails('INVALID', /not of/, () => DataStore.deleteAll<object>([post, foreign]));
    await fails('INVALID', /part of the key/, () => store.deleteAll(Post, [post.id, { id: undefined } as never]));
    await fails('INVALID', /expects a key/, () => store.deleteAll(Post, [undefined as never]));
    expect(await store.count(Post)).to.equal(1);
  });
});

