import { expect } from 'chai';
import { DataStore, ErrorCode, GranaryError } from 'granary';
import { BLOG, type Blog } from './models.js';
import { closeStores, fails, freshName, openStore } from './support.js';

describe('opening and ending', () => {
  afterEach(closeStores);

  it('tells what was opened', async () => {
    const name = freshName();
    const store = await openStore<Blog>(BLOG, { name });
    expect([store.name, store.storage]).to.deep.equal([name, 'memory']);
    expect(Object.keys(store.models)).to.deep.equal(['Post', 'Comment', 'User', 'PostEditor']);
    expect(store.enums['PostStatus']).to.deep.equal({ ACTIVE: 'ACTIVE', INACTIVE: 'INACTIVE' });
    expect(Object.isFrozen(store.enums) && Object.isFrozen(store.enums['PostStatus']) && Object.isFrozen(store.models)).to.equal(true);
    expect(store.schema.granary).to.equal(1);
    const stats = await store.stats();
    expect(stats.models.map((m) => m.rows)).to.deep.equal([0, 0, 0, 0]);
    expect(await store.check()).to.deep.equal({ problems: [] });
  });

  it('opens a compiled schema like the SDL that it was made of', async () => {
    const { schema } = await openStore<Blog>(BLOG);
    const store = await openStore<Blog>(schema);
    const post = await store.save(new store.models.Post({ title: 'one' }));
    expect(await store.query(store.models.Post, post.id)).to.equal(post);
    expect(store.schema).to.deep.equal(schema);
  });

  it('keeps data for the next opening, in IndexedDB', async () => {
    const name = freshName();
    const store = await openStore<Blog>(BLOG, { name, storage: 'indexeddb', durability: 'strict' });
    const post = await store.save(new store.models.Post({ title: 'one' }));
    await store.close();
    const again = await openStore<Blog>(BLOG, { name, storage: 'indexeddb' });
    expect(await again.query(again.models.Post, post.id)).to.deep.equal(post);
  });

  it('refuses calls on a closed store, and closes twice', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const post = await store.save(new Post({ title: 'one' }));
    await Promise.all([store.close(), store.close()]);
    const calls: (() => unknown)[] = [
      () => store.save(post), () => store.saveAll([post]), () => store.query(Post), () => store.query(Post, 'x'),
      () => store.count(Post), () => store.delete(post), () => store.delete(Post, 'x'), () => store.check(), () => store.stats(),
      () => store.clear(), () => new Post({ title: 5 as never }), () => DataStore.query(Post),
    ];
    for (const call of calls) await fails('CLOSED', /was closed; open it again/, call);
  });

  it('lets the static verbs work on the store that was opened last', async () => {
    await fails('CLOSED', /check: no store is open; open one with DataStore\.open/, () => DataStore.check());
    const first = await openStore<Blog>(BLOG);
    const second = await openStore<Blog>(BLOG);
    await DataStore.save(new first.models.Post({ title: 'one' }));
    await DataStore.save(new second.models.Post({ title: 'two' }));
    await DataStore.clear();
    expect([await first.count(first.models.Post), await second.count(second.models.Post)]).to.deep.equal([1, 0]);
    await DataStore.close();
    await fails('CLOSED', /was closed/, () => second.count(second.models.Post));
    expect(await DataStore.check()).to.deep.equal({ problems: [] });
    await DataStore.clear();
    expect(await first.count(first.models.Post)).to.equal(0);
    await DataStore.close();
    await fails('CLOSED', /close: no store is open/, () => DataStore.close());
    await fails('CLOSED', /clear: no store is open/, () => DataStore.clear());
  });

  it('removes a database that nobody has open', async () => {
    const name = freshName();
    const store = await openStore<Blog>(BLOG, { name, storage: 'indexeddb' });
    await store.save(new store.models.Post({ title: 'one' }));
    await store.close();
    await DataStore.destroy(name);
    const again = await openStore<Blog>(BLOG, { name, storage: 'indexeddb' });
    expect(await again.count(again.models.Post)).to.equal(0);
    await DataStore.destroy(freshName());
    await fails('INVALID', /destroy: name/, () => DataStore.destroy(''));
  });

  it('lets verbs be taken from the store', async () => {
    const { save, query, count, delete: remove, saveAll, models } = await openStore<Blog>(BLOG);
    const post = await save(new models.Post({ title: 'one' }));
    await saveAll([new models.Comment({ post })]);
    expect(await query(models.Post, post.id)).to.equal(post);
    await remove(post);
    expect(await count(models.Comment)).to.equal(0);
  });

  it('refuses wrong options', async () => {
    const refused = (says: RegExp, options: unknown) => fails('INVALID', says, () => DataStore.open(options as never));
    await refused(/expects \{ name, schema \}/, undefined);
    await refused(/name must be a string/, { schema: BLOG });
    await refused(/name must be a string/, { schema: BLOG, name: '' });
    await refused(/schema must be SDL text/, { name: 'x' });
    await refused(/schema is empty/, { name: 'x', schema: ' ' });
    await refused(/form 2/, { name: 'x', schema: { granary: 2, models: [] } });
    await refused(/storage must be 'indexeddb' or 'memory', got disk/, { name: 'x', schema: BLOG, storage: 'disk' });
    await refused(/durability must be/, { name: 'x', schema: BLOG, durability: 'eventual' });
  });

  it('lists what is wrong with a schema', async () => {
    const error = await fails('SCHEMA', /./, () => openStore('type Post @model {\n  id: ID!\n  other: Missing\n}\n'));
    const faults = error.details as { line: number; column: number; message: string }[];
    expect(faults[0]).to.include({ line: 3 });
    expect(faults[0]!.message).to.contain('Missing');
    await fails('SCHEMA', /./, () => openStore('type Post @model {'));
  });

  it('has the codes of its errors as constants', () => {
    const error = new GranaryError(ErrorCode.Conflict, 'no', { op: 'save', model: 'Post', field: 'title', cause: 1 });
    expect(error).to.include({ code: 'CONFLICT', message: 'no', op: 'save', model: 'Post', field: 'title', name: 'GranaryError', cause: 1 });
    expect(error).to.be.an.instanceOf(Error);
    expect(String(error)).to.equal('GranaryError: no');
  });
});
