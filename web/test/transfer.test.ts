import { expect } from 'chai';
import { DataStore, type GranaryError, type Progress, type StoreEvent } from 'granary';
import { BLOG, type Blog } from './models.js';
import { closeStores, fails, freshName, openStore } from './support.js';

/** What a string may be that somebody hands to a store. */
const NAUGHTY = ['', ' ', '\n', '\r\n', '\0', '"', '\\', "'", '`', '{', '}\n{', '\u2028\u2029', '\ufeff', 'é', '😀', '\ud800', '\udfff\ud83d', '__proto__',
  'constructor', 'null', '0', '-0', '1e999', 'NaN', '<script>alert(1)</script>', "'; DROP TABLE posts; --", '${x}', '%00', 'ﷺ', '\u202e', 'a\u0301', 'x'.repeat(100_000)];

async function filled(posts: number, options = {}): Promise<DataStore<Blog>> {
  const store = await openStore<Blog>(BLOG, options);
  const { Post, Comment } = store.models;
  await store.saveAll(Post, Array.from({ length: posts }, (_, i) => ({ id: `p${i}`, title: `post ${i} ${'é'.repeat(100)}` })));
  if (posts > 0) await store.save(new Comment({ id: 'c', content: 'first', postCommentsId: 'p0' } as never));
  return store;
}

const body = (text: string) => text.slice(text.indexOf('\n') + 1);

describe('export and import', () => {
  afterEach(closeStores);

  it('gives the same bytes again from a store that they were imported into', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    await store.saveAll(NAUGHTY.map((title, i) => new Post({ id: `${i}`, title })));
    const file = await store.export();
    expect(file.type).to.equal('application/x-ndjson');
    const text = await file.text();
    const head = JSON.parse(text.slice(0, text.indexOf('\n'))) as Record<string, unknown>;
    expect(head).to.include({ granary: 'export', version: 1, store: store.name, schema: store.schema.fingerprint });
    const sources = [file, new File([file], 'blog.jsonl'), file.stream(), text, new Uint8Array(await file.arrayBuffer()), await file.arrayBuffer(),
      (async function* () { for (let i = 0; i < text.length; i += 7) yield text.slice(i, i + 7); })()];
    for (const source of sources) {
      const copy = await openStore<Blog>(BLOG, { storage: 'indexeddb', name: freshName() });
      expect(await copy.import(source)).to.deep.equal({ records: NAUGHTY.length, inserted: NAUGHTY.length, replaced: 0, kept: 0 });
      expect((await copy.query(copy.models.Post)).map((p) => p.title)).to.deep.equal(NAUGHTY);
      expect(body(await (await copy.export()).text())).to.equal(body(text));
    }
  });

  it('takes less than a frame for each call of the engine, and tells how far it has come', async () => {
    const store = await filled(20_000);
    const seen: Progress[] = [];
    const file = await store.export({ onProgress: (p) => seen.push(p) });
    expect(seen.length).to.be.greaterThan(10);
    expect(seen.at(-1)).to.deep.equal({ records: 20_001, total: 20_001 });
    const pieces: Uint8Array[] = [];
    const reader = (await store.exportStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      expect(value.length).to.be.lessThan(300 << 10);
      pieces.push(value);
    }
    expect(body(await new Blob(pieces as BlobPart[]).text())).to.equal(body(await file.text()));
    const fresh = await openStore<Blog>(BLOG);
    const read: Progress[] = [];
    await fresh.import(file, { onProgress: (p) => read.push(p) });
    expect(read.length).to.be.greaterThan(10);
    expect(read.at(-1)).to.deep.equal({ records: 20_001, total: 20_001 });
  });

  it('is one state of the store, of the models that are wanted', async () => {
    const store = await filled(5000);
    const { Post, Comment } = store.models;
    const before = body(await (await store.export()).text());
    const reader = (await store.exportStream()).getReader();
    const first = await reader.read();
    await store.delete(Post, 'p4999');
    await store.save(new Post({ title: 'late' }));
    const parts = [first.value!];
    for (let part = await reader.read(); !part.done; part = await reader.read()) parts.push(part.value);
    expect(body(await new Blob(parts as BlobPart[]).text())).to.equal(before);
    const comments = await (await store.export({ models: [Comment] })).text();
    expect(comments).to.contain('"models":{"Comment":1}');
    expect(await (await store.export({ models: ['Comment'] })).text()).to.have.length(comments.length);
    await fails('INVALID', /did you mean|Post/i, () => store.export({ models: ['Posts'] }));
    await (await store.exportStream()).cancel();
  });

  it('merges, keeps, or replaces', async () => {
    const source = await openStore<Blog>(BLOG);
    await source.saveAll(source.models.Post, [{ id: '1', title: 'new' }, { id: '2', title: 'new' }]);
    const file = await source.export();
    for (const [mode, titles] of [['merge', ['new', 'old', 'new']], ['keep', ['old', 'old', 'new']], ['replace', ['new', 'new']]] as const) {
      const store = await openStore<Blog>(BLOG);
      await store.saveAll(store.models.Post, [{ id: '1', title: 'old' }, { id: '9', title: 'old' }]);
      const heard: string[] = [];
      const subscription = store.observe().subscribe(({ opType }) => heard.push(opType));
      await store.import(file, { mode });
      subscription.unsubscribe();
      expect((await store.query(store.models.Post)).map((p) => p.title), mode).to.deep.equal(titles);
      expect(heard, mode).to.have.length(mode === 'keep' ? 1 : mode === 'merge' ? 2 : 4);
    }
    await fails('INVALID', /merge/, () => source.import(file, { mode: 'overwrite' as never }));
  });

  it('writes nothing of a file in which anything is wrong, and says where', async () => {
    const store = await filled(2);
    const text = await (await store.export()).text();
    const fresh = await openStore<Blog>(BLOG);
    const wrong = (from: string, to: string) => () => fresh.import(text.replace(from, to));
    const error: GranaryError = await fails('INVALID', /\(line 3\)/, wrong('"title":"post 1', '"titel":"post 1'));
    expect([error.op, error.model, error.field, error.details]).to.deep.equal(['import', 'Post', 'titel', { line: 3 }]);
    await fails('INVALID', /take the checksum out of the last line/, wrong('post 1', 'post one'));
    await fails('INVALID', /it was cut/, () => fresh.import(text.slice(0, -100)));
    await fails('INVALID', /Post/, wrong('"model":"Post"', '"model":"Pots"'));
    await fails('FORMAT', /load the newer version/, wrong('"version":1', '"version":2'));
    for (const source of [5, null, {}, undefined]) await fails('INVALID', /expects a Blob or File/, () => fresh.import(source as never));
    const torn = new ReadableStream<string>({ pull: (c) => c.error(new RangeError('torn')) });
    expect(await fresh.import(torn).catch((e: unknown) => e)).to.be.instanceOf(RangeError);
    expect(await fresh.count(fresh.models.Post)).to.equal(0);
    await store.close();
    await fails('CLOSED', /closed/, () => store.import(text));
    await fails('CLOSED', /closed/, () => store.export());
  });
});

/** Changes a byte of a value in a store's database. */
async function damage(name: string, store: string, at: number): Promise<void> {
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(`granary:${name}`);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error!);
  });
  await new Promise<void>((resolve, reject) => {
    const transaction = db.transaction(store, 'readwrite');
    const cursor = transaction.objectStore(store).openCursor();
    cursor.onsuccess = () => {
      const bytes = cursor.result!.value as Uint8Array;
      bytes[at < 0 ? bytes.length + at : at]! ^= 4;
      cursor.result!.update(bytes);
    };
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error!);
  });
  db.close();
}

describe('damage', () => {
  afterEach(closeStores);

  it('is set aside by a repair, and the rest is kept', async () => {
    const name = freshName();
    const store = await filled(3, { name, storage: 'indexeddb' });
    await store.save(new store.models.Post({ id: 'last', title: 'behind the damage' }));
    await store.close();
    await damage(name, 'log', -10);
    await fails('CORRUPT', /checksum/, () => DataStore.open({ name, schema: BLOG, storage: 'indexeddb' }));
    await fails('CORRUPT', /checksum/, () => DataStore.open({ name, schema: BLOG, storage: 'indexeddb', onDamage: 'fail' }));
    const report = await DataStore.repair({ name, schema: BLOG });
    expect(report).to.include({ repaired: true, uncertain: true });
    expect(report.aside).to.have.length.greaterThan(0);
    expect(report.aside[0]!.name).to.match(/^log entry \d+ of generation \d+$/);
    expect(report.aside[0]!.reason).to.match(/checksum/);
    const again = await openStore<Blog>(BLOG, { name, storage: 'indexeddb' });
    expect((await again.query(again.models.Post)).map((p) => p.title)).to.contain('behind the damage');
    expect((await again.check()).problems).to.deep.equal([]);
    await again.close();
    expect(await DataStore.repair({ name, schema: BLOG })).to.include({ repaired: false, uncertain: false });
  });

  it('is repaired while a store is opened, if that is wanted, and told', async () => {
    const name = freshName();
    await (await filled(3, { name, storage: 'indexeddb' })).close();
    await damage(name, 'log', 3);
    const told: StoreEvent[] = [];
    const subscription = DataStore.events().subscribe((event) => told.push(event));
    const store = await openStore<Blog>(BLOG, { name, storage: 'indexeddb', onDamage: 'repair' });
    subscription.unsubscribe();
    const event = told.find((e) => e.store === name && e.type === 'REPAIRED');
    expect(event).to.include({ repaired: true });
    expect((await store.check()).problems).to.deep.equal([]);
    await store.save(new store.models.Post({ title: 'it goes on' }));
    await fails('INVALID', /onDamage/, () => DataStore.open({ name, schema: BLOG, onDamage: 'ignore' as never }));
  });
});
