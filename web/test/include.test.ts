import { expect } from 'chai';
import { DataStore, Predicates } from 'granary';
import { counted } from './counted.js';
import { BLOG, KITCHEN, type Blog, type Comment, type Kitchen, type Post, type User } from './models.js';
import { closeStores, fails, openStore } from './support.js';

describe('query with include', () => {
  let blog: DataStore<Blog>;
  let posts: Post[];
  let users: User[];
  before(async () => {
    blog = await openStore<Blog>(BLOG);
    const { Post, Comment, User, PostEditor } = blog.models;
    posts = await blog.saveAll(['a', 'b', 'c'].map((title, i) => new Post({ title, rating: i })));
    users = await blog.saveAll(['ada', 'bob'].map((username) => new User({ username })));
    await blog.saveAll(Array.from({ length: 8 }, (_, i) => new Comment({ content: `${i}`, post: posts[i % 2]! })));
    await blog.save(new Comment({ content: 'about nothing' }));
    await blog.saveAll([0, 1].map((i) => new PostEditor({ postId: posts[0]!.id, userId: users[i]!.id })));
    await blog.save(new PostEditor({ postId: posts[1]!.id, userId: users[1]!.id }));
  });
  after(closeStores);

  const contents = (comments: readonly Comment[]) => comments.map((c) => c.content).join('');

  it('answers to-many relations as arrays, for each parent by itself', async () => {
    const { Post } = blog.models;
    const all = await blog.query(Post, Predicates.ALL, { include: { comments: true, editors: true } });
    expect(all.map((p) => contents(p.comments))).to.deep.equal(['0246', '1357', '']);
    expect(all.map((p) => p.editors.map((u) => u.username))).to.deep.equal([['ada', 'bob'], ['bob'], []]);
    const some = await DataStore.query(Post, (p) => p.rating.le(1), {
      sort: (s) => s.title('DESCENDING'),
      include: { comments: { where: (c) => c.content.gt('1'), sort: (s) => s.content('DESCENDING'), limit: 2 } },
    });
    expect(some.map((p) => p.title + contents(p.comments))).to.deep.equal(['b75', 'a64']);
    const paged = await blog.query(Post, Predicates.ALL, { limit: 1, include: { comments: { limit: 3, page: 1 }, editors: { limit: 0 } } });
    expect(contents(paged[0]!.comments)).to.equal('6');
    expect(paged[0]!.editors).to.deep.equal([]);
  });

  it('answers to-one relations as a record or undefined', async () => {
    const { Comment } = blog.models;
    const all = await blog.query(Comment, Predicates.ALL, { include: { post: { include: { editors: true } } } });
    expect(all.map((c) => c.post?.title ?? '-').join('')).to.equal('abababab-');
    expect(all.at(-1)).to.have.own.property('post', undefined);
    expect(all[0]!.post).to.equal(all[2]!.post);
    expect(all[0]!.post!.editors.map((u) => u.username)).to.deep.equal(['ada', 'bob']);
    const some = await blog.query(Comment, Predicates.ALL, { include: { post: { where: (p) => p.title.eq('b') } } });
    expect(some.map((c) => c.post?.title ?? '-').join('')).to.equal('-b-b-b-b-');
  });

  it('answers a record by key with relations, and undefined where there is none', async () => {
    const { Post } = blog.models;
    const post = await blog.query(Post, posts[0]!.id, { include: { comments: { limit: 1 } } });
    expect(contents(post!.comments)).to.equal('0');
    expect(await blog.query(Post, 'nowhere', { include: { comments: true } })).to.equal(undefined);
    expect(await blog.query(Post, posts[0]!.id, { include: {} })).to.equal(posts[0]);
    expect(await blog.query(Post, posts[0]!.id, undefined as never)).to.equal(posts[0]);
    expect(await blog.query(Post, Predicates.ALL, { include: {} })).to.have.ordered.members(posts);
  });

  it('gives frozen instances, usable as any other, with the same fields', async () => {
    const { Post, Comment } = blog.models;
    const post = (await blog.query(Post, posts[0]!.id, { include: { comments: { include: { post: true } } } }))!;
    expect(post).to.be.instanceOf(Post);
    expect(Object.isFrozen(post)).to.equal(true);
    expect(Object.isFrozen(post.comments)).to.equal(true);
    expect(post.comments.every((c) => c instanceof Comment && Object.isFrozen(c))).to.equal(true);
    expect(Object.keys(post)).to.deep.equal([...Object.keys(posts[0]!), 'comments']);
    expect({ ...post, comments: 0 }).to.deep.equal({ ...posts[0], comments: 0 });
    expect(JSON.parse(JSON.stringify(post))).to.have.nested.property('comments[1].content', '2');
    expect((await (post as unknown as Post).editors.toArray()).length, 'what was not included is read as ever').to.equal(2);

    expect(await blog.save(post)).to.equal(posts[0]);
    const edited = Post.copyOf(post, (draft) => void (draft.rating = 9));
    expect(contents(await edited.comments.toArray()), 'an edited copy reads its relations from the store').to.equal('0246');
    const saved = await blog.save(edited);
    expect(saved.rating).to.equal(9);
    posts[0] = await blog.save(Post.copyOf(saved, (draft) => void (draft.rating = 0)));
    const comment = await blog.save(new Comment({ content: 'x', post }));
    expect(await comment.post).to.equal(posts[0]);
    const loaded = (await blog.query(Comment, comment.id, { include: { post: true } }))!;
    expect(await blog.delete(loaded)).to.equal(loaded);
    expect(await blog.query(Comment, comment.id)).to.equal(undefined);
  });

  it('keeps the identity of records that include nothing', async () => {
    const { Post, User } = blog.models;
    const [post] = await blog.query(Post, (p) => p.title.eq('a'), { include: { editors: true, comments: { include: { post: true } } } });
    expect(post!.editors).to.have.ordered.members(users);
    expect(post!.comments[0]!.post).to.equal(posts[0]);
    expect(post).to.not.equal(posts[0]);
    const [user] = await blog.query(User, Predicates.ALL, { include: { posts: true } });
    expect(user!.posts[0]).to.equal(posts[0]);
    expect(await blog.query(Post, posts[0]!.id)).to.equal(posts[0]);
  });

  it('calls the engine once for the query, and once for the rows of each model', async () => {
    const { store, calls } = await counted();
    const { Post, Comment, User, PostEditor } = store.models;
    const many = Array.from({ length: 1000 }, (_, i) => ({ id: `p${i}`, title: `${i}` }));
    await store.saveAll(Post, many);
    await store.saveAll(User, many.slice(0, 10).map(({ id }) => ({ id, username: id })));
    await store.saveAll(Comment, many.flatMap(({ id }) => ['x', 'y'].map((content) => ({ content, postCommentsId: id }))));
    await store.saveAll(PostEditor, many.map(({ id }, i) => ({ postId: id, userId: `p${i % 10}` })));
    const include = { comments: { include: { post: { include: { editors: true } } } }, editors: { include: { posts: { limit: 5 } } } } as const;
    const ask = async () => {
      calls.clear();
      const found = await store.query(Post, Predicates.ALL, { include });
      expect(found.length).to.equal(1000);
      expect(found[7]!.comments.map((c) => c.content + c.post!.title + c.post!.editors[0]!.username)).to.deep.equal(['x7p7', 'y7p7']);
      expect(found[7]!.editors[0]!.posts.map((p) => p.title)).to.deep.equal(['7', '17', '27', '37', '47']);
      return Object.fromEntries([...calls].filter(([name]) => !/_(input|output)$/.test(name)));
    };
    expect(await ask()).to.deep.equal({ granary_query: 1, granary_rows: 3 });
    const kept = await store.query(Post); // holds on to the records
    calls.clear();
    const again = await ask();
    expect(again['granary_query']).to.equal(1);
    expect(again['granary_rows'] ?? 0).to.be.at.most(3);
    expect(kept.length).to.equal(1000);
  });

  it('refuses what is no relation, and wrong options', async () => {
    const { Post } = blog.models;
    const kitchen = await openStore<Kitchen>(KITCHEN);
    const refused = (says: RegExp, include: unknown, key: unknown = Predicates.ALL) =>
      fails('INVALID', says, () => blog.query(Post, key as string, { include } as never));
    for (const key of [Predicates.ALL, posts[0]!.id]) {
      await refused(/query Post\.commnts: is no relation; did you mean comments\?/, { commnts: true }, key);
      await refused(/Post\.title: is no relation/, { title: true }, key);
      await refused(/query Comment\.pst: is no relation; did you mean post\?/, { comments: { include: { pst: true } } }, key);
      await refused(/include must be an object/, null, key);
      await refused(/include must be an object/, 'comments', key);
      await refused(/Post\.0: is no relation/, ['comments'], key);
      await refused(/query Comment: the options must be an object: \{ where, sort/, { comments: false }, key);
      await refused(/the options must be an object/, { comments: null }, key);
      await refused(/query Comment: there is no option were; did you mean where\?/, { comments: { were: Predicates.ALL } }, key);
      await refused(/query Comment: limit must be a whole number/, { comments: { limit: -1 } }, key);
      await refused(/query Comment: page needs a limit/, { comments: { page: 1 } }, key);
      await refused(/Comment: there is no field titel to sort by|Comment\.titel/, { comments: { sort: (s: any) => s.titel('ASCENDING') } }, key);
      await refused(/Comment\.titel/, { comments: { where: (c: any) => c.titel.eq('x') } }, key);
      await refused(/a condition must be a function/, { comments: { where: 5 } }, key);
      await refused(/Comment\.content: eq needs a string/, { comments: { where: (c: any) => c.content.eq(5) } }, key);
    }
    const error = await refused(/commnts/, { commnts: true });
    expect(error).to.include({ op: 'query', model: 'Post', field: 'commnts' });
    await fails('INVALID', /query Post: there is no option limt; did you mean limit\?/, () => blog.query(Post, Predicates.ALL, { limt: 1 } as never));
    await fails('INVALID', /query Post: there is no option limit; there are include/, () => blog.query(Post, 'x', { limit: 1 } as never));
    const itself: Record<string, object> = {};
    Object.assign(itself, { comments: { include: { post: { include: itself } } } });
    await fails('LIMIT', /too many includes: they may be 16 deep, and 64 in all/, () => blog.query(Post, Predicates.ALL, { include: itself as never }));
    let deep: object = { team: true };
    for (let i = 0; i < 16; i++) deep = i % 2 ? { comments: { include: deep } } : { post: { include: deep } };
    await fails('INVALID', /Post\.team|Comment\.team/, () => blog.query(Post, Predicates.ALL, { include: deep as never }));
    let deeper: object = { post: true };
    for (let i = 0; i < 17; i++) deeper = i % 2 ? { post: { include: deeper } } : { comments: { include: deeper } };
    const error2 = await fails('LIMIT', /query: too many includes/, () => blog.query(Post, Predicates.ALL, { include: deeper as never }));
    expect(error2.op).to.equal('query');
    expect(await blog.query(Post, posts[1]!.id), 'and nothing has changed').to.equal(posts[1]);
    expect(await kitchen.query(kitchen.models.Project, Predicates.ALL, { include: { team: true } })).to.deep.equal([]);
  });
});
