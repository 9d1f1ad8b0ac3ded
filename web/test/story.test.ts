// The product told as a story: posts, comments, users, and who edits what.

import { expect } from 'chai';
import { DataStore, Predicates, SortDirection } from 'granary';
import { BLOG, type Blog } from './models.js';
import { closeStores, openStore } from './support.js';

describe('the story of a blog, kept in IndexedDB', () => {
  let store: DataStore<Blog>;
  beforeEach(async () => {
    store = await openStore<Blog>(BLOG, { storage: 'indexeddb' });
  });
  afterEach(closeStores);

  it('saves a comment with the post that it belongs to', async () => {
    const { Post, Comment } = store.models;
    const post = await DataStore.save(new Post({ title: 'My post with comments', rating: 10, status: 'ACTIVE' }));
    const comment = await DataStore.save(new Comment({ content: 'Loving Granary!', post }));
    expect(comment.postCommentsId).to.equal(post.id);
    expect(await comment.post).to.equal(post);
    expect(comment.createdAt).to.be.a('string');
  });

  it('reads the comments of a post, as an array and one by one', async () => {
    const { Post, Comment } = store.models;
    const post = await DataStore.save(new Post({ title: 'post' }));
    const other = await DataStore.save(new Post({ title: 'other' }));
    const comments = await DataStore.saveAll([1, 2, 3].map((n) => new Comment({ content: `comment ${n}`, post })));
    await DataStore.save(new Comment({ content: 'elsewhere', post: other }));
    expect(await post.comments.toArray()).to.have.ordered.members(comments);
    expect(await post.comments.toArray({ max: 2 })).to.have.ordered.members(comments.slice(0, 2));
    const seen: string[] = [];
    for await (const comment of post.comments) seen.push(comment.content!);
    expect(seen).to.deep.equal(['comment 1', 'comment 2', 'comment 3']);
  });

  it('finds comments by a field of their post', async () => {
    const { Post, Comment } = store.models;
    const [a, b] = await DataStore.saveAll([new Post({ title: 'a', rating: 5 }), new Post({ title: 'b', rating: 1 })]);
    const [first] = await DataStore.saveAll([new Comment({ content: 'first', post: a! }), new Comment({ content: 'second', post: b! })]);
    expect(await DataStore.query(Comment, (c) => c.post.id.eq(a!.id))).to.have.ordered.members([first!]);
    expect(await DataStore.query(Comment, (c) => c.post.rating.gt(3))).to.have.ordered.members([first!]);
    expect(await DataStore.query(Post, (p) => p.comments.content.eq('second'))).to.have.ordered.members([b!]);
  });

  it('takes the comments along when their post is deleted', async () => {
    const { Post, Comment } = store.models;
    const post = await DataStore.save(new Post({ title: 'post' }));
    const kept = await DataStore.save(new Comment({ content: 'on no post' }));
    await DataStore.saveAll([new Comment({ content: '1', post }), new Comment({ content: '2', post })]);
    expect(await DataStore.delete(post)).to.equal(post);
    expect(await DataStore.query(Post, post.id)).to.equal(undefined);
    expect(await DataStore.query(Comment)).to.have.ordered.members([kept]);
  });

  it('keeps who edits which post in rows of their own', async () => {
    const { Post, User, PostEditor } = store.models;
    const [post, second] = await DataStore.saveAll([new Post({ title: 'one' }), new Post({ title: 'two' })]);
    const [ada, bob] = await DataStore.saveAll([new User({ username: 'ada' }), new User({ username: 'bob' })]);
    await DataStore.saveAll([
      new PostEditor({ post: post!, user: ada! }),
      new PostEditor({ post: post!, user: bob! }),
      new PostEditor({ post: second!, user: bob! }),
    ]);
    expect(await post!.editors.toArray()).to.have.members([ada, bob]);
    expect(await bob!.posts.toArray()).to.have.members([post, second]);
    expect(await DataStore.query(User, (u) => u.posts.post.id.eq(second!.id))).to.have.ordered.members([bob!]);
    expect(await DataStore.query(User, (u) => u.posts.id.eq(second!.id))).to.have.ordered.members([bob!]);
    expect(await DataStore.query(Post, (p) => p.editors.username.eq('ada'))).to.have.ordered.members([post!]);
  });

  it('leaves both ends when a join row is deleted, and takes the join rows of a deleted user', async () => {
    const { Post, User, PostEditor } = store.models;
    const post = await DataStore.save(new Post({ title: 'one' }));
    const [ada, bob] = await DataStore.saveAll([new User({ username: 'ada' }), new User({ username: 'bob' })]);
    const [join] = await DataStore.saveAll([new PostEditor({ post, user: ada! }), new PostEditor({ post, user: bob! })]);
    await DataStore.delete(join!);
    expect(await post.editors.toArray()).to.deep.equal([bob]);
    expect(await DataStore.count(User)).to.equal(2);
    expect(await DataStore.count(Post)).to.equal(1);
    await DataStore.delete(bob!);
    expect(await DataStore.count(PostEditor)).to.equal(0);
    expect(await DataStore.query(Post)).to.deep.equal([post]);
  });

  it('updates, sorts, pages, counts and clears', async () => {
    const { Post } = store.models;
    const posts = await DataStore.saveAll([3, 1, 2].map((rating) => new Post({ title: `rated ${rating}`, rating })));
    const copy = Post.copyOf(posts[0]!, (draft) => {
      draft.title = 'best';
    });
    expect((await DataStore.save(copy)).title).to.equal('best');
    const best = await DataStore.query(Post, Predicates.ALL, { sort: (s) => s.rating(SortDirection.DESCENDING), limit: 2 });
    expect(best.map((p) => p.title)).to.deep.equal(['best', 'rated 2']);
    expect(await DataStore.count(Post, (p) => p.rating.ge(2))).to.equal(2);
    await DataStore.clear();
    expect(await DataStore.query(Post)).to.deep.equal([]);
  });
});
