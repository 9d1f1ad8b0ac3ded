import { expect } from 'chai';
import { DataStore, Predicates } from 'granary';
import { BLOG, KITCHEN, type Blog, type Kitchen } from './models.js';
import { closeStores, fails, openStore } from './support.js';

describe('sum, avg, min, max and groupBy', () => {
  let blog: DataStore<Blog>;
  let kitchen: DataStore<Kitchen>;
  before(async () => {
    [blog, kitchen] = await Promise.all([openStore<Blog>(BLOG), openStore<Kitchen>(KITCHEN)]);
    await blog.saveAll(blog.models.Post, [
      { title: 'b', rating: 5, status: 'INACTIVE' },
      { title: 'a', rating: 2, status: 'ACTIVE' },
      { title: 'c', status: 'ACTIVE' },
      { title: 'a', rating: -4 },
      { title: 'd', rating: 2, status: 'INACTIVE' },
    ]);
    await kitchen.saveAll(kitchen.models.Thing, [
      { name: 'x', count: 1, ratio: 0.1, flag: true, day: '2024-02-29', stamp: 9007199254740991 },
      { name: 'y', count: 1, ratio: 0.2, flag: false, day: '2023-12-31', stamp: 1 },
      { name: '__proto__', ratio: 0.3, flag: true },
    ]);
  });
  after(closeStores);

  it('work out one value of all records or of those that match', async () => {
    const { Post } = blog.models;
    const { Thing } = kitchen.models;
    expect(await blog.sum(Post, 'rating')).to.equal(5);
    expect(await DataStore.sum(Post, 'rating', (p) => p.rating.gt(0))).to.equal(9);
    expect(await blog.avg(Post, 'rating', Predicates.ALL)).to.equal(1.25);
    expect(await DataStore.avg(Post, 'rating')).to.equal(1.25);
    expect(await blog.min(Post, 'rating')).to.equal(-4);
    expect(await DataStore.max(Post, 'title')).to.equal('d');
    expect(await DataStore.min(Post, 'status')).to.equal('ACTIVE');
    expect(await blog.max(Post, 'status', (p) => p.title.eq('a'))).to.equal('ACTIVE');
    expect(await kitchen.sum(Thing, 'ratio')).to.equal(0.6);
    expect(await kitchen.sum(Thing, 'stamp')).to.equal(2 ** 53);
    expect(await kitchen.max(Thing, 'day')).to.equal('2024-02-29');
  });

  it('know what nothing comes to', async () => {
    const { Post } = blog.models;
    for (const none of [(p: any) => p.title.eq('z'), (p: any) => p.title.eq('c')]) {
      expect(await blog.sum(Post, 'rating', none)).to.equal(0);
      expect(await blog.avg(Post, 'rating', none)).to.equal(null);
      expect(await blog.min(Post, 'rating', none)).to.equal(null);
      expect(await blog.max(Post, 'rating', none)).to.equal(null);
    }
    expect(await blog.groupBy(Post, 'status', { where: (p) => p.title.eq('z') })).to.deep.equal([]);
    expect(await blog.groupBy(Post, [], { where: (p) => p.title.eq('z'), sum: 'rating', avg: 'rating' })).to.deep.equal([
      { key: {}, count: 0, sum: { rating: 0 }, avg: { rating: null } },
    ]);
  });

  it('group in order of insertion, null a group of its own, with what was asked for alone', async () => {
    const { Post } = blog.models;
    expect(await blog.groupBy(Post, 'status')).to.deep.equal([
      { key: { status: 'INACTIVE' }, count: 2 }, { key: { status: 'ACTIVE' }, count: 2 }, { key: { status: null }, count: 1 },
    ]);
    const groups = await DataStore.groupBy(Post, ['status', 'title'], {
      where: (p) => p.rating.lt(5), sum: ['rating'], avg: 'rating', min: ['title'], max: ['title', 'rating'],
    });
    expect(groups).to.deep.equal([
      { key: { status: 'ACTIVE', title: 'a' }, count: 1, sum: { rating: 2 }, avg: { rating: 2 }, min: { title: 'a' }, max: { title: 'a', rating: 2 } },
      { key: { status: null, title: 'a' }, count: 1, sum: { rating: -4 }, avg: { rating: -4 }, min: { title: 'a' }, max: { title: 'a', rating: -4 } },
      { key: { status: 'INACTIVE', title: 'd' }, count: 1, sum: { rating: 2 }, avg: { rating: 2 }, min: { title: 'd' }, max: { title: 'd', rating: 2 } },
    ]);
    expect(Object.isFrozen(groups) && Object.isFrozen(groups[0]) && Object.isFrozen(groups[0]!.max)).to.equal(true);
    const { Thing } = kitchen.models;
    const [, , proto] = await kitchen.groupBy(Thing, 'name');
    expect(proto!.key.name).to.equal('__proto__');
    expect(await kitchen.groupBy(Thing, 'flag')).to.deep.equal([{ key: { flag: true }, count: 2 }, { key: { flag: false }, count: 1 }]);
  });

  it('sort groups by their keys, their size and what was asked for', async () => {
    const { Post } = blog.models;
    const statuses = (groups: readonly { key: { status: string | null } }[]) => groups.map((g) => g.key.status?.[0] ?? '-').join('');
    expect(statuses(await blog.groupBy(Post, 'status', { sort: (s) => s.status('ASCENDING') }))).to.equal('-AI');
    expect(statuses(await blog.groupBy(Post, 'status', { sort: (s) => s.count('DESCENDING').status('ASCENDING') }))).to.equal('AI-');
    expect(statuses(await blog.groupBy(Post, 'status', { sum: 'rating', sort: (s) => s.sum('rating', 'ASCENDING') }))).to.equal('-AI');
    expect(statuses(await blog.groupBy(Post, 'status', { max: 'title', sort: (s) => s.max('title', 'DESCENDING'), limit: 2 }))).to.equal('IA');
    expect(statuses(await blog.groupBy(Post, 'status', { sort: (s) => s.key('status', 'DESCENDING'), limit: 2, page: 1 }))).to.equal('-');
    expect(statuses(await blog.groupBy(Post, 'status', { limit: 0 }))).to.equal('');
    const { Thing } = kitchen.models;
    const counts = await kitchen.groupBy(Thing, 'count', { sort: (s) => s.count('ASCENDING').key('count', 'DESCENDING') });
    expect(counts.map((g) => [g.key.count, g.count])).to.deep.equal([[null, 1], [1, 2]]);
  });

  it('refuse what cannot be', async () => {
    const { Post } = blog.models;
    const { Thing } = kitchen.models;
    const any = Post as any;
    for (const [verb, run] of [['sum', blog.sum], ['avg', blog.avg]] as const) {
      const error = await fails('INVALID', new RegExp(`${verb} Post\\.title: ${verb} takes a field of type Int, Float or AWSTimestamp`), () => run(any, 'title' as never));
      expect(error).to.include({ op: verb, model: 'Post', field: 'title' });
      await fails('INVALID', new RegExp(`${verb} Post\\.ratng: is no field of Post: did you mean rating\\?`), () => run(any, 'ratng' as never));
      await fails('INVALID', /is a relation: name a field/, () => run(any, 'comments' as never));
      for (const field of [undefined, null, 5, {}, ['rating'], Symbol('x'), 10n]) {
        await fails('INVALID', new RegExp(`${verb} Post: expects the name of a field`), () => run(any, field as never));
      }
      await fails('INVALID', /a condition must be a function/, () => run(any, 'rating' as never, undefined));
      await fails('INVALID', /a condition must be a function/, () => run(any, 'rating' as never, 'id' as never));
      await fails('INVALID', new RegExp(`${verb}: expects a model`), () => run(undefined as never, 'rating' as never));
    }
    await fails('INVALID', /min Thing\.flag: min takes a field of one number or text/, () => kitchen.min(Thing, 'flag' as never));
    await fails('INVALID', /max Thing\.tags: max takes a field of one number or text/, () => kitchen.max(Thing, 'tags' as never));
    await fails('INVALID', /groupBy: expects a model/, () => blog.groupBy({} as never, 'x' as never));
    await fails('INVALID', /is of the store/, () => kitchen.groupBy(any, 'status' as never));
    const refused = (says: RegExp, by: unknown, options?: unknown) => fails('INVALID', says, () => blog.groupBy(any, by as never, options as never));
    await refused(/groupBy Post: expects the name of a field/, undefined);
    await refused(/expects the name of a field/, ['status', 5]);
    await refused(/groupBy Post\.staus: is no field of Post: did you mean status\?/, 'staus');
    await refused(/Post: status is named twice/, ['status', 'status']);
    await refused(/groupBy Post: there is no option having/, 'status', { having: 1 });
    await refused(/groupBy Post: the options must be an object/, 'status', 5);
    await refused(/groupBy Post: the options must be an object/, 'status', null);
    await refused(/expects the name of a field/, 'status', { sum: null });
    await refused(/groupBy Post\.title: sum takes/, 'status', { sum: 'title' });
    await refused(/groupBy Post: limit must be a whole number/, 'status', { limit: -1 });
    await refused(/groupBy Post: page needs a limit/, 'status', { page: 1 });
    await refused(/groupBy Post: sort must be a function/, 'status', { sort: 'status' });
    await refused(/groupBy Post\.title: cannot be sorted by/, 'status', { sort: (s: any) => s.title('ASCENDING') });
    await refused(/groupBy Post\.sum\(rating\): cannot be sorted by/, 'status', { sort: (s: any) => s.sum('rating', 'ASCENDING') });
    await refused(/groupBy Post: expects the name of a field/, 'status', { sort: (s: any) => s.sum() });
    await refused(/groupBy Post\.count: the direction of a sort/, 'status', { sort: (s: any) => s.count('up') });
    await refused(/groupBy Post\.nothing: there is no field nothing to sort by/, 'status', { sort: (s: any) => s.nothing('ASCENDING') });
    await refused(/must return what it built/, 'status', { sort: async (s: any) => s.status('ASCENDING') });
    await fails('LIMIT', /16 fields/, () => blog.groupBy(any, Array.from({ length: 17 }, (_, i) => `${i}`) as never));
    const huge = await openStore<Kitchen>(KITCHEN);
    await huge.saveAll(huge.models.Thing, [{ name: 'a', ratio: Number.MAX_VALUE }, { name: 'b', ratio: Number.MAX_VALUE }]);
    await fails('LIMIT', /sum Thing\.ratio: has values whose sum is beyond/, () => huge.sum(huge.models.Thing, 'ratio'));
    expect(await huge.max(huge.models.Thing, 'ratio')).to.equal(Number.MAX_VALUE);
  });
});
