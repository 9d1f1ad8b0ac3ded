import { expect } from 'chai';
import type { DataStore } from 'granary';
import { BLOG, KITCHEN, type Blog, type Kitchen } from './models.js';
import { closeStores, fails, openStore } from './support.js';

describe('Model.copyOf', () => {
  let blog: DataStore<Blog>;
  let kitchen: DataStore<Kitchen>;
  before(async () => {
    [blog, kitchen] = await Promise.all([openStore<Blog>(BLOG), openStore<Kitchen>(KITCHEN)]);
  });
  after(closeStores);

  it('gives a changed copy and leaves the source', async () => {
    const { Thing } = kitchen.models;
    const thing = await kitchen.save(new Thing({ name: 'cup', tags: ['a'], size: { width: 1, unit: null }, data: { n: [1] } }));
    const copy = Thing.copyOf(thing, (draft) => {
      draft.name = 'mug';
      draft.tags!.push('b');
      draft.size!.width = 2;
      (draft.data as { n: number[] }).n.push(2);
    });
    expect(thing).to.deep.include({ name: 'cup', tags: ['a'], size: { width: 1, unit: null }, data: { n: [1] } });
    expect(copy).to.deep.include({ id: thing.id, name: 'mug', tags: ['a', 'b'], size: { width: 2, unit: null }, data: { n: [1, 2] } });
    expect(copy).to.be.an.instanceOf(Thing);
    expect(Object.isFrozen(copy) && Object.isFrozen(copy.tags)).to.equal(true);
    expect((await kitchen.save(copy)).createdAt).to.equal(thing.createdAt);
  });

  it('gives the same record back when nothing was changed', async () => {
    const { Thing } = kitchen.models;
    const thing = await kitchen.save(new Thing({ name: 'cup', tags: ['a'] }));
    expect(Thing.copyOf(thing, () => {})).to.equal(thing);
    expect(Thing.copyOf(thing, (d) => void (d.name = 'cup'))).to.equal(thing);
    expect(Thing.copyOf(thing, (d) => void (d.tags = ['a']))).to.equal(thing);
    expect(Thing.copyOf(thing, (d) => void d.tags!.reverse())).to.equal(thing);
    expect(Thing.copyOf(thing, (d) => void (d.id = thing.id))).to.equal(thing);
  });

  it('writes the changed fields only, all those along a chain of copies', async () => {
    const { Thing } = kitchen.models;
    const base = await kitchen.save(new Thing({ name: 'cup', count: 1 }));
    const first = Thing.copyOf(base, (d) => void (d.name = 'mug'));
    const second = Thing.copyOf(first, (d) => void (d.flag = true));
    await kitchen.save(Thing.copyOf(base, (d) => void (d.count = 2)));
    expect(await kitchen.save(second)).to.deep.include({ name: 'mug', flag: true, count: 2 });
    await kitchen.save(Thing.copyOf(base, (d) => void (d.ratio = 0.5)));
    expect(await kitchen.save(second), 'a saved copy counts as unchanged').to.deep.include({ name: 'mug', ratio: 0.5 });
  });

  it('edits a record that was never saved', async () => {
    const { Thing } = kitchen.models;
    const copy = Thing.copyOf(new Thing({ name: 'cup', count: 1 }), (d) => void (d.name = 'mug'));
    expect(await kitchen.save(copy)).to.deep.include({ name: 'mug', count: 1 });
  });

  it('sets relations by instance and clears them by null', async () => {
    const { Post, Comment } = blog.models;
    const [a, b] = await blog.saveAll([new Post({ title: 'a' }), new Post({ title: 'b' })]);
    const comment = await blog.save(new Comment({ content: 'x', post: a! }));
    const moved = Comment.copyOf(comment, (d) => void (d.post = b!));
    expect(moved.postCommentsId).to.equal(b!.id);
    expect(await moved.post).to.equal(b);
    expect(await (await blog.save(moved)).post).to.equal(b);
    const cleared = Comment.copyOf(moved, (d) => void (d.post = null));
    expect([cleared.postCommentsId, await cleared.post]).to.deep.equal([null, undefined]);
    expect(await (await blog.save(cleared)).post).to.equal(undefined);
    let inside: unknown;
    Comment.copyOf(comment, (d) => void (inside = d.post));
    expect(await inside).to.equal(a);
  });

  it('refuses edits of keys, of read-only and unknown fields, and wrong values', async () => {
    const { Thing } = kitchen.models;
    const thing = await kitchen.save(new Thing({ name: 'cup' }));
    const refused = (says: RegExp, recipe: (draft: Record<string, unknown>) => unknown) =>
      fails('INVALID', says, () => Thing.copyOf(thing, recipe as never));
    await refused(/copyOf Thing\.id.*key/, (d) => (d['id'] = 'other'));
    await refused(/Thing\.updatedAt.*read-only/, (d) => (d['updatedAt'] = '2026-01-01T00:00:00Z'));
    await refused(/Thing\.createdAt.*read-only/, (d) => (d['createdAt'] = null));
    await refused(/did you mean name/, (d) => (d['nmae'] = 'x'));
    await refused(/Thing\.name/, (d) => (d['name'] = null));
    await refused(/Thing\.name/, (d) => delete d['name']);
    await refused(/Thing\.count/, (d) => (d['count'] = 1.5));
    await refused(/Thing\.day/, (d) => (d['day'] = 'never'));
    await refused(/Thing\.data/, (d) => (d['data'] = { x: NaN }));
    await refused(/Thing\.tags/, (d) => (d['tags'] = [1]));
    await refused(/Thing.*async/, async (d) => (d['name'] = 'late'));
    await fails('INVALID', /expects a callback/, () => Thing.copyOf(thing, undefined as never));
    await fails('INVALID', /expects an instance of Thing/, () => Thing.copyOf({} as never, () => {}));
    expect(Thing.copyOf(thing, (d) => void (d.count = undefined as never)), 'undefined is null').to.equal(thing);
  });

  it('ends the draft with the callback', async () => {
    const { Thing } = kitchen.models;
    let kept: { name: string } | undefined;
    Thing.copyOf(new Thing({ name: 'cup' }), (d) => void (kept = d));
    expect(() => (kept!.name = 'late')).to.throw(TypeError);
  });

  it('lets Object.assign and delete work on the draft', () => {
    const { Thing } = kitchen.models;
    const thing = new Thing({ name: 'cup', count: 1, flag: true });
    const copy = Thing.copyOf(thing, (d) => {
      Object.assign(d, { name: 'mug', count: 2 });
      delete (d as { flag?: unknown }).flag;
    });
    expect(copy).to.deep.include({ name: 'mug', count: 2, flag: null });
  });
});
