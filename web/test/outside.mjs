// Tests that need more than one page or browser, another way of loading, or none.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launch } from './browser.mjs';
import { failure, read, SDL, store, write } from './notes.mjs';
import { tests as nameTests } from './names.mjs';
import { root } from './server.mjs';
import { tests as storageTests } from './storage.mjs';
import { tests as tabTests } from './tabs.mjs';
import { tests as workerTests } from './worker.mjs';

/** Runs every test whose title holds what is wanted. */
export async function outside({ directory, server, kind, test, wanted }) {
  const context = new Context(directory, server, kind);
  for (const [title, run] of Object.entries({ ...tests, ...storageTests, ...tabTests, ...nameTests, ...workerTests })) {
    if (!title.includes(wanted)) continue;
    await test(title, () => run(context));
    await context.close();
  }
}

/** The browser that the tests share, with one profile for all of them. */
class Context {
  #browser;
  #profile;

  constructor(directory, { origin, missing }, kind) {
    this.#profile = join(directory, 'outside');
    this.kind = kind;
    this.origin = origin;
    this.missing = missing;
  }

  /** Opens a page in which Granary is a global. `before` is run ahead of the page's own code. */
  async page(path, before) {
    this.#browser ??= await launch(this.#profile, this.kind);
    const page = await this.#browser.newPage();
    page.failures = [];
    page.on('pageerror', (error) => page.failures.push(String(error)));
    if (before) await page.evaluateOnNewDocument(before);
    await page.goto(this.origin + path);
    await page.waitForFunction('globalThis.Granary !== undefined');
    return page;
  }

  /** Ends the browser; the next page is of a new one with the same profile. */
  async close() {
    this.missing.clear();
    await this.#browser?.close();
    this.#browser = undefined;
  }
}

/** Saves batches behind one another, in a store that has come to rest. */
async function importBatches(name) {
  const schema = 'type Post @model { id: ID! title: String! rating: Int! } type Comment @model { id: ID! postID: ID! @index content: String! author: String! }';
  const store = await Granary.DataStore.open({ name, schema });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const { Post, Comment } = store.models;
  const id = () => crypto.randomUUID();
  const posts = Array.from({ length: 1_000 }, (_, i) => ({ id: id(), title: `${i} `.padEnd(40, 'harbour '), rating: i }));
  const comments = Array.from({ length: 12_000 }, (_, i) => ({ id: id(), postID: posts[i % 1_000].id, content: `${i} `.padEnd(120, 'island '), author: `user${i % 100}` }));
  const underWay = [store.saveAll(Post, posts)];
  for (let from = 0; from < comments.length; from += 3_000) {
    underWay.push(store.saveAll(Comment, comments.slice(from, from + 3_000)));
    if (underWay.length > 4) await underWay.shift();
  }
  await Promise.all(underWay);
  return store.count(Comment);
}

const tests = {
  async 'an import is the first thing that an engine does, and its collector begins in the midst of it'(context) {
    for (let i = 0; i < 6; i++) {
      const page = await context.page('/module');
      assert.equal(await page.evaluate(importBatches, `import ${i}`), 12_000);
      await page.close();
    }
  },

  async 'a reload and another page find what was saved'(context) {
    const page = await context.page('/module');
    const id = await page.evaluate(write, store('reload'));
    await page.reload();
    await page.waitForFunction('globalThis.Granary !== undefined');
    const whole = { notes: [id], tags: [['first']], problems: [] };
    assert.deepEqual(await page.evaluate(read, store('reload')), whole);
    const other = await context.page('/module');
    assert.deepEqual(await other.evaluate(read, store('reload')), whole);
    assert.deepEqual([...page.failures, ...other.failures], []);
  },

  async 'another browser with the same profile finds what was saved'(context) {
    const page = await context.page('/module');
    const id = await page.evaluate(write, store('browser'));
    await context.close();
    const again = await context.page('/module');
    assert.deepEqual(await again.evaluate(read, store('browser')), { notes: [id], tags: [['first']], problems: [] });
  },

  async 'the plain script works, and shares its data with the module'(context) {
    const page = await context.page('/script');
    const id = await page.evaluate(write, store('script'));
    const other = await context.page('/module');
    assert.deepEqual((await other.evaluate(read, store('script'))).notes, [id]);
    assert.deepEqual(page.failures, []);
  },

  async 'an app that was bundled works with the wasm beside it'(context) {
    const page = await context.page('/app');
    const id = await page.evaluate(write, store('app'));
    assert.deepEqual((await page.evaluate(read, store('app'))).notes, [id]);
    assert.deepEqual(page.failures, []);
  },

  async 'what is loaded late is loaded when it is first needed, and said to be missing when it is'(context) {
    for (const path of ['/module', '/script']) {
      const page = await context.page(path);
      const loaded = () => page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/dist/late.js')).length);
      await page.evaluate(write, store(`late${path.slice(1)}`));
      assert.equal(await loaded(), 0, path);
      assert.deepEqual((await page.evaluate(read, store(`late${path.slice(1)}`))).problems, []);
      assert.equal(await loaded(), 1, path);
      await page.close();

      const without = await context.page(path);
      context.missing.add('/dist/late.js');
      const said = await without.evaluate(async ({ name, sdl }) => {
        const { DataStore } = globalThis.Granary;
        const opened = await DataStore.open({ name, schema: sdl });
        return opened.check().catch(({ code, message }) => `${code} ${message}`);
      }, store('late'));
      assert.match(said, /^WASM late\.js could not be loaded from beside/, path);
      assert.equal((await without.evaluate(failure, { name: 'x', schema: SDL, wasm: '/fault/missing/granary-sdl.wasm' })).code, 'WASM');
      context.missing.clear();
    }
  },

  async 'the plain script without the runtime says which tag is missing'(context) {
    const page = await context.page('/script-without-go');
    const { code, message } = await page.evaluate(failure, { name: 'x', schema: SDL });
    assert.equal(code, 'WASM');
    assert.match(message, /put <script src="wasm_exec\.js"><\/script> before/);
  },

  async 'a policy that allows WebAssembly and nothing more is enough'(context) {
    for (const path of ['/module?csp=strict', '/script?csp=strict']) {
      const page = await context.page(path);
      const id = await page.evaluate(write, store(`csp${path.slice(0, 7)}`));
      assert.deepEqual((await page.evaluate(read, store(`csp${path.slice(0, 7)}`))).notes, [id]);
      assert.deepEqual(page.failures, []);
    }
  },

  async 'a policy that forbids WebAssembly is named with its remedy'(context) {
    const page = await context.page('/module?csp=forbidding');
    const { code, message } = await page.evaluate(failure, { name: 'x', schema: SDL });
    assert.equal(code, 'WASM', message);
    assert.match(message, /'wasm-unsafe-eval'/);
  },

  async 'setters planted on Object.prototype see nothing'(context) {
    const page = await context.page('/module');
    await page.evaluate(() => {
      globalThis.planted = [];
      for (const name of ['text', 'id', 'name', 'field', 'message', 'note', 'key']) {
        Object.defineProperty(Object.prototype, name, {
          configurable: true,
          set(value) {
            Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
            globalThis.planted.push(name);
          },
          get: () => undefined,
        });
      }
    });
    const id = await page.evaluate(write, store('planted'));
    assert.deepEqual(await page.evaluate('planted'), []);
    assert.deepEqual((await page.evaluate(read, store('planted'))).notes, [id]);
  },

  async 'two pages of one profile write to one store'(context) {
    const [a, b] = [await context.page('/module'), await context.page('/module')];
    const add = async ({ name, sdl, mark }) => {
      const { DataStore } = globalThis.Granary;
      const opened = await DataStore.open({ name, schema: sdl });
      for (let i = 0; i < 50; i++) await DataStore.save(new opened.models.Note({ text: `${mark} ${i}` }));
    };
    await Promise.all([a.evaluate(add, { ...store('tabs'), mark: 'a' }), b.evaluate(add, { ...store('tabs'), mark: 'b' })]);
    await a.reload();
    await a.waitForFunction('globalThis.Granary !== undefined');
    const { notes, problems } = await a.evaluate(read, store('tabs'));
    assert.deepEqual([notes.length, problems], [100, []]);
  },

  async 'transactions of two pages lose no increment and see no half of one another'(context) {
    const [a, b] = [await context.page('/module'), await context.page('/module')];
    const count = async ({ name, sdl, times }) => {
      const { DataStore } = globalThis.Granary;
      const opened = await DataStore.open({ name, schema: sdl });
      const { Note } = opened.models;
      for (let i = 0; i < times; i++) {
        await DataStore.transaction(async (tx) => {
          const notes = await tx.query(Note);
          if (notes.length === 0) await tx.saveAll([new Note({ id: 'one', text: '1' }), new Note({ id: 'two', text: '1' })]);
          if (notes[0]?.text !== notes[1]?.text) throw new Error('half a transaction was seen');
          for (const note of notes) await tx.save(Note.copyOf(note, (draft) => void (draft.text = String(Number(note.text) + 1))));
        }, { retries: 1000 });
      }
    };
    await Promise.all([a, b].map((page) => page.evaluate(count, { ...store('counted'), times: 50 })));
    await a.reload();
    await a.waitForFunction('globalThis.Granary !== undefined');
    const { notes, problems } = await a.evaluate(read, store('counted'));
    assert.deepEqual([notes.length, problems], [2, []]);
    const texts = await a.evaluate(async ({ name, sdl }) => {
      const { DataStore } = globalThis.Granary;
      const opened = await DataStore.open({ name, schema: sdl });
      return (await opened.query(opened.models.Note)).map((note) => note.text);
    }, store('counted'));
    assert.deepEqual(texts, ['100', '100']);
  },

  async 'a server can import the package, without any effect, and open a store in memory'() {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', ON_A_SERVER], {
      cwd: join(root, 'web'), encoding: 'utf8', timeout: 60_000,
    });
    assert.equal(status, 0, stderr);
    assert.equal(stdout.trim(), 'no new globals; 1 note; WASM');
  },

  async 'the code of the package makes no code from strings'() {
    for (const file of ['index.js', 'granary.js', 'late.js']) {
      const code = await readFile(join(root, 'web/dist', file), 'utf8');
      assert.doesNotMatch(code, /\beval\(|new Function\b/, file);
    }
  },
};

const ON_A_SERVER = `
  import { readFile } from 'node:fs/promises';
  const before = Reflect.ownKeys(globalThis).length;
  const { DataStore } = await import('granary');
  const news = Reflect.ownKeys(globalThis).length - before;
  const schema = ${JSON.stringify(SDL)};
  const store = await DataStore.open({ name: 'server', schema, storage: 'memory', wasm: await readFile('dist/granary-sdl.wasm') });
  await store.save(new store.models.Note({ text: 'one' }));
  const notes = await store.query(store.models.Note);
  const code = await DataStore.open({ name: 'x', schema, storage: 'memory' }).then(() => 'opened', (error) => error.code);
  console.log((news || 'no') + ' new globals; ' + notes.length + ' note; ' + code);
  process.exit(0);
`;
