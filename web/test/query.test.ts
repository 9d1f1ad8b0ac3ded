import { expect } from 'chai';
import { DataStore, Predicates, SortDirection } from 'granary';
import { BLOG, KITCHEN, type Blog, type Kitchen, type Post } from './models.js';
import { closeStores, fails, openStore } from './support.js';

describe('query and count', () => {
  let blog: DataStore<Blog>;
  let kitchen: DataStore<Kitchen>;
  let posts: Post[];
  before(async () => {
    [blog, kitchen] = await Promise.all([openStore<Blog>(BLOG), openStore<Kitchen>(KITCHEN)]);
    const { Post } = blog.models;
    posts = await blog.saveAll([
      new Post({ title: 'c', rating: 1 }),
      new Post({ title: 'a', rating: 2 }),
      new Post({ title: 'b', rating: 2 }),
      new Post({ title: 'd' }),
    ]);
  });
  after(closeStores);

  const titles = async (found: Promise<Post[]>) => (await found).map((p) => p.title).join('');

  it('answers all records in order of insertion', async () => {
    const { Post } = blog.models;
    expect(await blog.query(Post)).to.have.ordered.members(posts);
    expect(await blog.query(Post, Predicates.ALL)).to.have.ordered.members(posts);
    expect(await blog.query(Post, (p) => p)).to.have.ordered.members(posts);
    expect(await blog.query(blog.models.User)).to.deep.equal([]);
  });

  it('finds a record by key', async () => {
    const { Post } = blog.models;
    expect(await blog.query(Post, posts[1]!.id)).to.equal(posts[1]);
    expect(await blog.query(Post, { id: posts[1]!.id })).to.equal(posts[1]);
    expect(await blog.query(Post, [posts[1]!.id])).to.equal(posts[1]);
    expect(await blog.query(Post, posts[1]!)).to.equal(posts[1]);
    expect(await blog.query(Post, 'nowhere')).to.equal(undefined);
  });

  it('finds a record by a key of several parts', async () => {
    const { Seat } = kitchen.models;
    const [a1] = await kitchen.saveAll([new Seat({ row: 'A', number: 1 }), new Seat({ row: 'A', number: 2 }), new Seat({ row: 'B', number: 1 })]);
    expect(await kitchen.query(Seat, { row: 'A', number: 1 })).to.equal(a1);
    expect(await kitchen.query(Seat, ['A', 1])).to.equal(a1);
    expect(await kitchen.query(Seat, a1!)).to.equal(a1);
    expect(await kitchen.query(Seat, ['A', 9])).to.equal(undefined);
    await fails('INVALID', /Seat: the key has 2 parts \(row, number\)/, () => kitchen.query(Seat, 'A'));
    await fails('INVALID', /Seat: the key has 2 parts/, () => kitchen.query(Seat, ['A']));
    await fails('INVALID', /Seat\.number: this part of the key is missing/, () => kitchen.query(Seat, { row: 'A' }));
    await fails('INVALID', /Seat\.number/, () => kitchen.query(Seat, ['A', NaN]));
  });

  it('refuses an undefined key, and what is no criterion', async () => {
    const { Post } = blog.models;
    const refused = (says: RegExp, value: unknown) => fails('INVALID', says, () => blog.query(Post, value as string));
    await refused(/query Post: the key or predicate is undefined.*leave it out/, undefined);
    await refused(/is null/, null);
    await refused(/Post\.id: this part of the key is missing/, {});
    await refused(/Post\.id/, [undefined]);
    await refused(/got true/, true);
    await fails('INVALID', /expects a model/, () => blog.query(undefined as never));
    await fails('INVALID', /expects a model/, () => blog.query(class {} as never));
    await fails('INVALID', /expects a model/, () => DataStore.query({} as never));
    await fails('INVALID', /is of the store/, () => kitchen.query(Post));
  });

  it('sorts by one field and by several, ties in order of insertion', async () => {
    const { Post } = blog.models;
    const { ASCENDING, DESCENDING } = SortDirection;
    expect(await titles(blog.query(Post, Predicates.ALL, { sort: (s) => s.title(ASCENDING) }))).to.equal('abcd');
    expect(await titles(blog.query(Post, Predicates.ALL, { sort: (s) => s.title('DESCENDING') }))).to.equal('dcba');
    expect(await titles(blog.query(Post, (p) => p.rating.ge(1), { sort: (s) => s.rating(DESCENDING).title(DESCENDING) }))).to.equal('bac');
    expect(await titles(blog.query(Post, (p) => p.rating.ge(1), { sort: (s) => s.rating(DESCENDING) }))).to.equal('abc');
  });

  it('answers pages, and no records for a limit of 0', async () => {
    const { Post } = blog.models;
    const page = (options: object) => titles(blog.query(Post, (p) => p, options));
    expect(await page({ limit: 3 })).to.equal('cab');
    expect(await page({ limit: 3, page: 1 })).to.equal('d');
    expect(await page({ limit: 3, page: 2 })).to.equal('');
    expect(await page({ limit: 0 })).to.equal('');
    expect(await titles(blog.query(Post, (p) => p.rating.eq(1), { limit: 1, page: 5 }))).to.equal('');
  });

  it('refuses wrong options', async () => {
    const { Post } = blog.models;
    const refused = (says: RegExp, options: unknown) => fails('INVALID', says, () => blog.query(Post, Predicates.ALL, options as object));
    for (const value of [-1, 1.5, NaN, '1', null]) {
      await refused(/query Post: limit must be a whole number from 0/, { limit: value });
      await refused(/query Post: page must be a whole number from 0/, { limit: 1, page: value });
    }
    await refused(/page needs a limit/, { page: 1 });
    await refused(/options must be an object/, 5);
    await refused(/sort must be a function/, { sort: 'title' });
    await refused(/must return what it built/, { sort: () => {} });
    await refused(/there is no field titel to sort by; did you mean title\?/, { sort: (s: any) => s.titel('ASCENDING') });
    await refused(/Post\.comments: is a relation/, { sort: (s: any) => s.comments('ASCENDING') });
    await refused(/'ASCENDING' or 'DESCENDING', got up/, { sort: (s: any) => s.title('up') });
    await refused(/got undefined/, { sort: (s: any) => s.title() });
  });

  it('counts without reading', async () => {
    const { Post } = blog.models;
    expect(await blog.count(Post)).to.equal(4);
    expect(await blog.count(Post, Predicates.ALL)).to.equal(4);
    expect(await DataStore.count(Post, (p) => p.rating.eq(2))).to.equal(2);
    await fails('INVALID', /count Post: the key or predicate is undefined/, () => blog.count(Post, undefined));
  });

  it('answers large results whole', async () => {
    const { Thing } = kitchen.models;
    await kitchen.saveAll(Array.from({ length: 70_000 }, (_, i) => new Thing({ name: `thing ${i}`, count: i })));
    const things = await kitchen.query(Thing);
    expect(things.length).to.equal(70_000);
    expect(things.every((t, i) => t.count === i && t.name === `thing ${i}`)).to.equal(true);
  });
});
