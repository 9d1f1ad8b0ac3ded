import { expect } from 'chai';
import type { DataStore } from 'granary';
import { BLOG, KITCHEN, type Blog, type Kitchen, type Thing } from './models.js';
import { closeStores, fails, openStore } from './support.js';

/** Hands in what TypeScript would not let pass. */
function wrong<T>(value: unknown): T {
  return value as T;
}

describe('new Model(init)', () => {
  let blog: DataStore<Blog>;
  let kitchen: DataStore<Kitchen>;
  before(async () => {
    [blog, kitchen] = await Promise.all([openStore<Blog>(BLOG), openStore<Kitchen>(KITCHEN)]);
  });
  after(closeStores);

  it('fills in an id, defaults and nulls', () => {
    const { Thing } = kitchen.models;
    const thing = new Thing({ name: 'cup' });
    expect(thing.id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(thing.note).to.equal('none');
    expect([thing.count, thing.tags, thing.createdAt, thing.updatedAt]).to.deep.equal([null, null, null, null]);
    expect(new Thing({ name: 'cup', note: null }).note).to.equal(null);
    expect(new Thing({ name: 'cup', id: undefined, count: undefined }).count).to.equal(null);
    expect(new Set(Array.from({ length: 1000 }, () => new Thing({ name: '' }).id)).size).to.equal(1000);
  });

  it('keeps an id that is given', () => {
    expect(new kitchen.models.Thing({ id: 'my-id', name: 'cup' }).id).to.equal('my-id');
  });

  it('copies what it is given and freezes the record alone, all of it', () => {
    const { Thing } = kitchen.models;
    const init = { name: 'cup', tags: ['a'], data: { deep: [{ x: 1 }] }, size: { width: 1, unit: null }, sizes: [{ width: 2, unit: 'cm' }] };
    const thing = new Thing(init);
    init.tags.push('b');
    init.data.deep[0]!.x = 2;
    expect(thing.tags).to.deep.equal(['a']);
    expect(thing.data).to.deep.equal({ deep: [{ x: 1 }] });
    expect(() => ((thing as { name: string }).name = 'mug')).to.throw(TypeError);
    expect(() => (thing.tags as string[]).push('c')).to.throw(TypeError);
    expect(() => ((thing.data as typeof init.data).deep[0]!.x = 3)).to.throw(TypeError);
    expect(() => ((thing.size as { width: number }).width = 3)).to.throw(TypeError);
    expect(Object.isFrozen(init.data)).to.equal(false);
  });

  it('gives plain data to JSON, spread and Object.keys', () => {
    const { Post } = blog.models;
    const post = new Post({ title: 'one' });
    const plain = { id: post.id, title: 'one', rating: null, status: null, createdAt: null, updatedAt: null };
    expect(JSON.parse(JSON.stringify(post))).to.deep.equal(plain);
    expect({ ...post }).to.deep.equal(plain);
    expect(Object.keys(post)).to.deep.equal(Object.keys(plain));
    expect(post).to.be.an.instanceOf(Post);
    expect(Post.name).to.equal('Post');
  });

  it('takes a relation as an instance or as its key, and gives the instance back', async () => {
    const { Post, Comment } = blog.models;
    const post = new Post({ title: 'one' });
    const comment = new Comment({ content: 'hm', post });
    expect(comment.postCommentsId).to.equal(post.id);
    expect(await comment.post).to.equal(post);
    expect(new Comment({ postCommentsId: post.id }).postCommentsId).to.equal(post.id);
    expect(new Comment({ post: null }).postCommentsId).to.equal(null);
    expect(new Comment({ post, postCommentsId: post.id }).postCommentsId).to.equal(post.id);
    const project = new kitchen.models.Project({ team: new kitchen.models.Team({ id: 't', name: 'red' }) });
    expect(project.projectTeamId).to.equal('t');
  });

  it('refuses a relation that is no record of the right model and store', async () => {
    const { Post, Comment, User } = blog.models;
    const post = new Post({ title: 'one' });
    const refused = (init: unknown, says: RegExp) => fails('INVALID', says, () => new Comment(wrong(init)));
    await refused({ post: new User({ username: 'ada' }) }, /Comment\.post: must be an instance of Post .* got one of User/);
    await refused({ post: { id: 'x' } }, /Comment\.post: must be an instance of Post/);
    await refused({ post: post.id }, /Comment\.post/);
    await refused({ post, postCommentsId: 'other' }, /Comment\.post: post and postCommentsId name different records/);
    await fails('INVALID', /Post\.comments: is a relation to many/, () => new Post(wrong({ title: 'x', comments: [] })));
    const other = await openStore<Blog>(BLOG);
    await refused({ post: new other.models.Post({ title: 'far' }) }, /of the same store/);
  });

  it('refuses a record without a required relation', async () => {
    const { Owner, Pet } = kitchen.models;
    await fails('INVALID', /Pet\.owner/, () => new Pet(wrong({ name: 'Rex' })));
    await fails('INVALID', /Pet\.owner/, () => new Pet({ name: 'Rex', owner: null }));
    const owner = new Owner({ name: 'ada' });
    expect(new Pet({ owner }).ownerPetsId).to.equal(owner.id);
  });

  it('names model and field of what is wrong', async () => {
    const { Thing, Seat } = kitchen.models;
    const rows: [Partial<Record<keyof Thing, unknown>> | Record<string, unknown>, RegExp][] = [
      [{}, /Thing\.name/],
      [{ name: null }, /Thing\.name/],
      [{ name: 5 }, /Thing\.name/],
      [{ name: 'x', count: 1.5 }, /Thing\.count/],
      [{ name: 'x', count: 2 ** 31 }, /Thing\.count/],
      [{ name: 'x', count: '1' }, /Thing\.count/],
      [{ name: 'x', flag: 1 }, /Thing\.flag/],
      [{ name: 'x', color: 'BLUE' }, /Thing\.color/],
      [{ name: 'x', color: 5 }, /Thing\.color/],
      [{ name: 'x', day: '2026-02-30' }, /Thing\.day/],
      [{ name: 'x', at: 'yesterday' }, /Thing\.at/],
      [{ name: 'x', mail: 'nobody' }, /Thing\.mail/],
      [{ name: 'x', tags: 'a' }, /Thing\.tags/],
      [{ name: 'x', tags: [null] }, /Thing\.tags/],
      [{ name: 'x', size: { unit: 'cm' } }, /Thing\.size/],
      [{ name: 'x', size: { width: 1, height: 2 } }, /Thing\.size/],
      [{ name: 'x', createdAt: '2026-01-01T00:00:00Z' }, /Thing\.createdAt.*read-only/],
      [{ name: 'x', id: '' }, /Thing\.id/],
      [{ nam: 'x' }, /Thing\.nam: there is no field or relation nam; did you mean name\?/],
    ];
    for (const [init, says] of rows) {
      const error = await fails('INVALID', says, () => new Thing(wrong(init)));
      expect(error.model).to.equal('Thing');
      expect(error.field, error.message).to.be.a('string');
    }
    await fails('INVALID', /Seat\.number/, () => new Seat(wrong({ row: 'A' })));
    await fails('INVALID', /Thing/, () => new Thing(wrong(undefined)));
    await fails('INVALID', /Thing/, () => new Thing(wrong([])));
  });

  it('refuses what JSON cannot hold, naming the field', async () => {
    const { Thing } = kitchen.models;
    const cycle: unknown[] = [];
    cycle.push({ cycle });
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    const values = [
      NaN, Infinity, 1n, () => 1, Symbol('s'), cycle, new Date(0), new Map(), new Set(), [undefined], [new Date(0)],
      { x: NaN }, { toJSON: () => 1 }, deep, new Uint8Array(1), /x/, new (class Own {})(),
    ];
    for (const value of values) await fails('INVALID', /Thing\.data/, () => new Thing({ name: 'x', data: value }));
    for (const value of [NaN, Infinity, -Infinity, 1n]) {
      await fails('INVALID', /Thing\.ratio/, () => new Thing(wrong({ name: 'x', ratio: value })));
    }
    await fails('INVALID', /Thing\.day.*toISOString/, () => new Thing(wrong({ name: 'x', day: new Date(0) })));
  });

  it('accepts every right value as it is', () => {
    const { Thing } = kitchen.models;
    const values = {
      name: '', count: -(2 ** 31), ratio: 1e300, flag: false, color: 'RED' as const, day: '2024-02-29', at: '2026-01-01T00:00:00.000Z',
      stamp: -5, mail: 'ada@example.org', data: { a: [1, null, 'x', { b: true }] }, tags: [], size: { width: 1, unit: null },
      sizes: [null, { width: 2, unit: 'cm' }], flags: [null, true],
    };
    expect(new Thing(values)).to.deep.include(values);
    expect(new Thing({ name: 'x', data: [] }).data).to.deep.equal([]);
    expect(new Thing({ name: 'x', data: '{"a":1}' }).data).to.deep.equal({ a: 1 });
    expect(Object.is(new Thing({ name: 'x', ratio: -0 }).ratio, 0)).to.equal(true);
    expect(new Thing({ name: 'x', size: { width: 3 } as never }).size).to.deep.equal({ width: 3, unit: null });
  });
});
