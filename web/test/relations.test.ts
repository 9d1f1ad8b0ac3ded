import { expect } from 'chai';
import type { Collection, DataStore, ForeignKey, Lazy } from 'granary';
import { BLOG, KITCHEN, type Blog, type Kitchen } from './models.js';
import { closeStores, fails, openStore } from './support.js';

describe('relations of a record', () => {
  let blog: DataStore<Blog>;
  let kitchen: DataStore<Kitchen>;
  beforeEach(async () => {
    [blog, kitchen] = await Promise.all([openStore<Blog>(BLOG), openStore<Kitchen>(KITCHEN)]);
  });
  afterEach(closeStores);

  it('follow the store, each time they are read', async () => {
    const { Post, Comment } = blog.models;
    const post = await blog.save(new Post({ title: 'one' }));
    const comment = await blog.save(new Comment({ post }));
    const comments = post.comments;
    expect((await comments.toArray()).length).to.equal(1);
    await blog.save(new Comment({ post }));
    expect((await comments.toArray()).length).to.equal(2);
    const edited = await blog.save(Post.copyOf(post, (d) => void (d.title = 'two')));
    expect(await comment.post).to.equal(edited);
    await blog.delete(comment);
    expect((await comments.toArray()).length).to.equal(1);
    await blog.delete(edited);
    expect(await comment.post).to.equal(undefined);
    expect(await comments.toArray()).to.deep.equal([]);
  });

  it('lead nowhere without a key', async () => {
    const comment = await blog.save(new blog.models.Comment({ content: 'alone' }));
    expect(await comment.post).to.equal(undefined);
    expect(await new kitchen.models.Project({ name: 'x' }).team).to.equal(undefined);
  });

  it('read a has-one by the key that its owner keeps', async () => {
    const { Project, Team } = kitchen.models;
    const team = await kitchen.save(new Team({ name: 'red' }));
    const project = await kitchen.save(new Project({ name: 'x', team }));
    expect(await project.team).to.equal(team);
    await kitchen.delete(team);
    expect(await project.team).to.equal(undefined);
  });

  it('read at most as many records as asked for', async () => {
    const { Post, Comment } = blog.models;
    const post = await blog.save(new Post({ title: 'one' }));
    await blog.saveAll([1, 2, 3].map((n) => new Comment({ content: `${n}`, post })));
    expect((await post.comments.toArray({ max: 0 })).length).to.equal(0);
    expect((await post.comments.toArray({ max: 2 })).map((c) => c.content)).to.deep.equal(['1', '2']);
    expect((await post.comments.toArray({ max: 9 })).length).to.equal(3);
    for (const max of [-1, 1.5, NaN, '1' as never]) {
      await fails('INVALID', /Post\.comments: max must be a whole number/, () => post.comments.toArray({ max }));
    }
  });

  it('cannot be assigned, and hide from JSON', async () => {
    const post = await blog.save(new blog.models.Post({ title: 'one' }));
    expect(() => ((post as { comments: unknown }).comments = [])).to.throw(TypeError);
    expect(JSON.stringify(post)).to.not.contain('comments');
    expect('comments' in post).to.equal(true);
    expect(Object.hasOwn(post, 'comments')).to.equal(false);
  });

  it('fail when the store was closed', async () => {
    const { Post, Comment } = blog.models;
    const post = await blog.save(new Post({ title: 'one' }));
    const comment = await blog.save(new Comment({ post }));
    await blog.close();
    await fails('CLOSED', /was closed/, () => comment.post);
    await fails('CLOSED', /was closed/, () => post.comments.toArray());
    await fails('CLOSED', /was closed/, async () => {
      for await (const _ of post.comments) expect.fail('nothing to read');
    });
  });

  it('reads a many-to-many relation of a model with itself from both sides', async () => {
    const store = await openStore<Social>(/* GraphQL */ `
      type User @model {
        id: ID!
        follows: [User] @manyToMany(relationName: "Following")
        followers: [User] @manyToMany(relationName: "Following", onDelete: CASCADE)
      }
    `);
    const { User, Following } = store.models;
    const [ada, bob, eve] = await store.saveAll(['ada', 'bob', 'eve'].map((id) => new User({ id })));
    await store.saveAll([new Following({ userFollows: ada!, userFollowers: bob! }), new Following({ userFollows: ada!, userFollowers: eve! }),
      new Following({ userFollowsId: 'bob', userFollowersId: 'bob' })]);
    expect(await ada!.follows.toArray()).to.have.ordered.members([bob, eve]);
    expect(await bob!.followers.toArray()).to.have.ordered.members([ada, bob]);
    expect(await ada!.followers.toArray()).to.deep.equal([]);
    expect(await store.query(User, (u) => u.follows.id.eq('bob'))).to.have.ordered.members([ada, bob]);
    expect(await store.query(User, (u) => u.followers.userFollows.id.eq('ada'))).to.have.ordered.members([bob, eve]);
    await store.delete(bob!);
    expect(await ada!.follows.toArray()).to.deep.equal([eve]);
    expect(await store.count(Following)).to.equal(1);
  });
});

interface User {
  readonly id: string;
  readonly follows: Collection<User, Following>;
  readonly followers: Collection<User, Following>;
}

interface Following {
  readonly id: string;
  readonly userFollows: Lazy<User>;
  readonly userFollowers: Lazy<User>;
  readonly userFollowsId: ForeignKey<string>;
  readonly userFollowersId: ForeignKey<string>;
}

interface Social {
  readonly User: User;
  readonly Following: Following;
}
