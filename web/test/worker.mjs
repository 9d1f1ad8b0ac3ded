// Tests of the engine in a worker that need pages of several kinds, or to leave one.

import assert from 'node:assert/strict';
import { SDL } from './notes.mjs';

/** In the page: opens a store whose engine is to run in a worker, saves a note, and tells where it ran and what was told of that. */
async function write({ name, sdl }) {
  const { DataStore } = globalThis.Granary;
  const store = await DataStore.open({ name, schema: sdl, storage: 'indexeddb', host: 'worker' });
  const events = [];
  store.events().subscribe(({ type, error }) => events.push(`${type} ${error?.code}`));
  await store.save(new store.models.Note({ text: 'kept' }));
  const { host } = await store.stats();
  const texts = (await store.query(store.models.Note)).map(({ text }) => text);
  await store.close();
  return { host, texts, events };
}

/** In the page: follows a store whose engine runs in a worker; globalThis.told has what was told. */
async function follow({ name, sdl }) {
  const store = await globalThis.Granary.DataStore.open({ name, schema: sdl, storage: 'indexeddb', host: 'worker' });
  const told = (globalThis.told = { live: [], observed: [] });
  globalThis.store = store;
  store.live(store.models.Note).subscribe(({ items }) => (told.live = items.map(({ text }) => text)));
  store.observe(store.models.Note).subscribe(({ element, source }) => told.observed.push(`${element.text} ${source}`));
}

export const tests = {
  async 'an engine in a worker serves modules, plain scripts and pages with a strict policy'(context) {
    for (const [i, path] of ['/module', '/script', '/module?csp=strict', '/script?csp=strict'].entries()) {
      const page = await context.page(path);
      assert.deepEqual(await page.evaluate(write, { name: `worker ${i}`, sdl: SDL }), { host: 'worker', texts: ['kept'], events: [] }, path);
      assert.deepEqual(page.failures, []);
      await page.close();
    }
  },

  async 'an engine runs in the page when the policy forbids workers'(context) {
    const page = await context.page('/module?csp=workerless');
    assert.deepEqual(await page.evaluate(write, { name: 'workerless', sdl: SDL }), { host: 'page', texts: ['kept'], events: ['HOST WASM'] }); // Firefox reports what it blocked as an error of the page
  },

  async 'engines in workers of two tabs hear of each other'(context) {
    const pages = [await context.page('/module'), await context.page('/module')];
    for (const page of pages) await page.evaluate(follow, { name: 'workers', sdl: SDL });
    for (const [i, page] of pages.entries()) await page.evaluate(async (text) => void await globalThis.store.save(new globalThis.store.models.Note({ text })), `${i}`);
    for (const [i, page] of pages.entries()) {
      await page.waitForFunction('told.live.length === 2 && told.observed.length === 2', { polling: 20 });
      const want = ['0', '1'].map((text) => `${text} ${text === `${i}` ? 'LOCAL' : 'OTHER_TAB'}`);
      assert.deepEqual(await page.evaluate('told'), { live: ['0', '1'], observed: want });
    }
  },

  async 'what was saved before the page is left is kept by an engine in a worker'(context) {
    const ROUNDS = 5;
    for (let round = 0; round < ROUNDS; round++) {
      const page = await context.page('/module');
      await page.evaluate(follow, { name: 'left', sdl: SDL });
      await page.evaluate((round) => {
        globalThis.write = async () => {
          const { save, models: { Note } } = globalThis.store;
          await Promise.all([0, 1, 2].map((i) => save(new Note({ text: `${round} ${i}` })).catch(() => {})));
        };
        globalThis.leave = async (to, writes) => {
          await globalThis.store.save(new globalThis.store.models.Note({ text: `${round} durable` }));
          if (writes) void globalThis.write();
          location.href = to;
        };
      }, round);
      // WebKit lets nobody at a database within whose transaction a worker was ended.
      const patient = context.kind === 'webkit';
      if (patient) await page.evaluate(() => globalThis.write());
      const left = page.waitForNavigation();
      await page.evaluate((to, writes) => void globalThis.leave(to, writes), `${context.origin}/script`, !patient); // its end may be told of too late
      await left;
      await page.close();
    }
    const page = await context.page('/module');
    await page.evaluate(follow, { name: 'left', sdl: SDL });
    await page.waitForFunction('told.live.length > 0');
    const { live } = await page.evaluate('told');
    assert.deepEqual(live.filter((text) => text.endsWith('durable')), Array.from({ length: ROUNDS }, (_, round) => `${round} durable`));
    // Of what nobody was told of yet, most is kept: the worker ends when it may, and the messages are on their way.
    const others = live.filter((text) => !text.endsWith('durable'));
    assert.equal(new Set(others).size, others.length);
    assert.ok(others.length > 1.5 * ROUNDS, `${others.length} of ${3 * ROUNDS} saves under way were kept`);
  },
};
