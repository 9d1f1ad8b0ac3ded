import { expect } from 'chai';
import { Predicates, type Condition, type DataStore, type PredicateOf } from 'granary';
import { BLOG, KITCHEN, type Blog, type Kitchen, type Post, type Thing, type User } from './models.js';
import { closeStores, fails, openStore } from './support.js';

describe('predicates', () => {
  let blog: DataStore<Blog>;
  let kitchen: DataStore<Kitchen>;
  before(async () => {
    [blog, kitchen] = await Promise.all([openStore<Blog>(BLOG), openStore<Kitchen>(KITCHEN)]);
    const { Post, Comment, User, PostEditor } = blog.models;
    const [a, b] = await blog.saveAll([
      new Post({ title: 'a', rating: 1, status: 'ACTIVE' }), new Post({ title: 'b', rating: 2 }), new Post({ title: 'c' }),
    ]);
    await blog.saveAll([
      new Comment({ content: 'good', post: a! }), new Comment({ content: 'bad', post: a! }), new Comment({ content: 'good', post: b! }),
    ]);
    const [ada, bob] = await blog.saveAll([new User({ username: 'ada' }), new User({ username: 'bob' }), new User({ username: 'eve' })]);
    await blog.saveAll([
      new PostEditor({ post: a!, user: ada! }), new PostEditor({ post: b!, user: ada! }), new PostEditor({ post: b!, user: bob! }),
    ]);
    const { Thing } = kitchen.models;
    await kitchen.saveAll([
      new Thing({ name: 'ab', count: 1, tags: ['x', 'y'], flag: true, ratio: 0.5 }),
      new Thing({ name: 'abc', count: 2, tags: ['y'], flag: false }),
      new Thing({ name: 'b', count: 3, tags: [] }),
      new Thing({ name: 'n' }),
    ]);
  });
  after(closeStores);

  type Ask<T> = (p: PredicateOf<T>) => Condition | PredicateOf<T>;
  const posts = async (ask: Ask<Post>) => (await blog.query(blog.models.Post, ask)).map((p) => p.title).join('');
  const users = async (ask: Ask<User>) => (await blog.query(blog.models.User, ask)).map((u) => u.username).join(' ');
  const things = async (ask: Ask<Thing>) => (await kitchen.query(kitchen.models.Thing, ask)).map((t) => t.name).join(' ');

  it('knows every operator', async () => {
    expect(await things((p) => p.count.eq(2))).to.equal('abc');
    expect(await things((p) => p.count.ne(2))).to.equal('ab b n');
    expect(await things((p) => p.count.gt(1))).to.equal('abc b');
    expect(await things((p) => p.count.ge(2))).to.equal('abc b');
    expect(await things((p) => p.count.lt(2))).to.equal('ab');
    expect(await things((p) => p.count.le(2))).to.equal('ab abc');
    expect(await things((p) => p.count.between(1, 2))).to.equal('ab abc');
    expect(await things((p) => p.name.contains('b'))).to.equal('ab abc b');
    expect(await things((p) => p.name.notContains('a'))).to.equal('b n');
    expect(await things((p) => p.name.beginsWith('ab'))).to.equal('ab abc');
    expect(await things((p) => p.count.in([1, 3]))).to.equal('ab b');
    expect(await things((p) => p.count.notIn([1, 3, null]))).to.equal('abc');
    expect(await things((p) => p.tags.contains('y'))).to.equal('ab abc');
    expect(await things((p) => p.count.eq(null))).to.equal('n');
    expect(await things((p) => p.count.ne(null))).to.equal('ab abc b');
    expect(await things((p) => p.flag.eq(false))).to.equal('abc');
  });

  it('joins conditions with and, or, not, to any depth', async () => {
    expect(await things((p) => p.and((p) => [p.count.ge(1), p.name.beginsWith('a')]))).to.equal('ab abc');
    expect(await things((p) => p.or((p) => [p.count.eq(1), p.name.eq('n')]))).to.equal('ab n');
    expect(await things((p) => p.not((p) => p.count.eq(1)))).to.equal('abc b n');
    expect(await things((p) => p.or((p) => [p.and((p) => [p.count.gt(1), p.not((p) => p.name.eq('b'))]), p.flag.eq(true)]))).to.equal('ab abc');
    expect(await things((p) => p.and(() => []))).to.equal('ab abc b n');
    expect(await things((p) => p.and((p) => [p, p.count.eq(1)]))).to.equal('ab');
    expect(await things(() => Predicates.ALL)).to.equal('ab abc b n');
  });

  it('follows relations, of which some record must match', async () => {
    expect(await posts((p) => p.comments.content.eq('good'))).to.equal('ab');
    expect(await posts((p) => p.comments.content.eq('bad'))).to.equal('a');
    expect(await posts((p) => p.comments.post.rating.eq(2))).to.equal('b');
    expect(await posts((p) => p.not((p) => p.comments.content.eq('bad')))).to.equal('bc');
  });

  it('asks for some, every and no related record', async () => {
    expect(await posts((p) => p.comments.some((c) => c.content.eq('bad')))).to.equal('a');
    expect(await posts((p) => p.comments.some((c) => c))).to.equal('ab');
    expect(await posts((p) => p.comments.every((c) => c.content.eq('good')))).to.equal('bc');
    expect(await posts((p) => p.comments.none((c) => c.content.eq('bad')))).to.equal('bc');
    expect(await posts((p) => p.comments.none((c) => c))).to.equal('c');
  });

  it('tells one related record from several', async () => {
    const both = (c: PredicateOf<Blog['Comment']>) => [c.content.eq('good'), c.content.eq('bad')];
    expect(await posts((p) => p.comments.and(both))).to.equal('');
    expect(await posts((p) => p.comments.or(both))).to.equal('ab');
    expect(await posts((p) => p.and((p) => both(p.comments as never)))).to.equal('a');
    expect(await posts((p) => p.comments.not((c) => c.content.eq('good')))).to.equal('a');
  });

  it('goes through a many-to-many relation to the far side, and to the join by its relations', async () => {
    expect(await users((u) => u.posts.title.eq('a'))).to.equal('ada');
    expect(await users((u) => u.posts.post.title.eq('b'))).to.equal('ada bob');
    expect(await users((u) => u.posts.comments.content.eq('bad'))).to.equal('ada');
    expect(await users((u) => u.posts.editors.username.eq('bob'))).to.equal('ada bob');
    expect(await users((u) => u.posts.some((p) => p.title.eq('b')))).to.equal('ada bob');
    expect(await users((u) => u.posts.every((p) => p.title.eq('b')))).to.equal('bob eve');
    expect(await users((u) => u.posts.none((p) => p.title.eq('a')))).to.equal('bob eve');
    expect(await users((u) => u.posts.and((p) => [p.title.eq('b'), p.rating.eq(2)]))).to.equal('ada bob');
    expect(await users((u) => u.posts.and((p) => [p.title.eq('a'), p.rating.eq(2)]))).to.equal('');
  });

  it('names what it does not know, and the nearest name', async () => {
    const refused = (says: RegExp, ask: (p: any) => unknown) => fails('INVALID', says, () => blog.query(blog.models.Post, ask as Ask<Post>));
    await refused(/Post\.titel: there is no field or relation titel; did you mean title\?/, (p) => p.titel.eq('a'));
    await refused(/Comment\.contents.*did you mean content\?/, (p) => p.comments.contents.eq('a'));
    await refused(/User\.name.*there are|User\.name.*did you mean/, (p) => p.editors.name.eq('a'));
    await refused(/Post\.title: there is no operator equals; did you mean eq\?|there is no operator equals/, (p) => p.title.equals('a'));
    await refused(/there is no operator startsWith/, (p) => p.title.startsWith('a'));
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf']) {
      await refused(new RegExp(`no field or relation ${name}`), (p) => p[name].eq(1));
    }
  });

  it('refuses what is no condition', async () => {
    const refused = (says: RegExp, ask: (p: any) => unknown) => fails('INVALID', says, () => blog.query(blog.models.Post, ask as Ask<Post>));
    await refused(/returned nothing; return the condition/, (p) => void p.title.eq('a'));
    await refused(/must return one condition/, () => true);
    await refused(/must return one condition/, (p) => [p.title.eq('a')]);
    await refused(/must return one condition/, (p) => p.title);
    await refused(/must return one condition/, () => ({ field: 'title', op: 'eq', value: 'a' }));
    await refused(/must not be async/, async (p) => p.title.eq('a'));
    await refused(/ends at the relation comments/, (p) => p.comments);
    await refused(/given to and must return an array/, (p) => p.and((p: any) => p.title.eq('a')));
    await refused(/given to or must return an array/, (p) => p.or(() => undefined));
    await refused(/returned nothing/, (p) => p.and(() => [undefined]));
    await refused(/and takes a function/, (p) => p.and([p.title.eq('a')]));
    await refused(/not takes a function/, (p) => p.not(p.title.eq('a')));
  });

  it('refuses operands that are a mistake', async () => {
    const refused = (says: RegExp, ask: (p: any) => unknown) => fails('INVALID', says, () => blog.query(blog.models.Post, ask as Ask<Post>));
    await refused(/Post\.title: eq was given undefined/, (p) => p.title.eq(undefined));
    await refused(/eq was given undefined/, (p) => p.title.eq());
    await refused(/between takes the low and the high end/, (p) => p.rating.between(1));
    await refused(/in takes one array/, (p) => p.rating.in(1, 2));
    await refused(/in was given undefined/, (p) => p.rating.in([1, undefined]));
    await refused(/must be finite/, (p) => p.rating.gt(NaN));
    await refused(/bigint/, (p) => p.rating.gt(1n));
    await refused(/toISOString/, (p) => p.createdAt.gt(new Date()));
    await refused(/eq takes one value/, (p) => p.title.eq('a', 'b'));
    await refused(/Post\.rating/, (p) => p.rating.gt('many'));
    await refused(/Post\.status/, (p) => p.status.eq('GONE'));
  });

  it('stops at its bound of depth', async () => {
    const nested = (depth: number) => (p: any) => {
      let ask = (p: any) => p.title.eq('a');
      for (let i = 0; i < depth; i++) {
        const inner = ask;
        ask = (p) => p.not((p: any) => inner(p));
      }
      return ask(p);
    };
    expect(await posts(nested(64) as Ask<Post>)).to.equal('a');
    await fails('INVALID', /nested 64 levels/, () => blog.query(blog.models.Post, nested(65) as Ask<Post>));
    await fails('INVALID', /nested 64 levels/, () => blog.query(blog.models.Post, nested(1000) as Ask<Post>));
  });

  it('lets errors of the app through', async () => {
    const own = new Error('mine');
    const thrown = await blog.query(blog.models.Post, () => { throw own; }).catch((error: unknown) => error);
    expect(thrown).to.equal(own);
  });
});
