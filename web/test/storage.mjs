// Tests of what a page sees of its storage: none, full, shared by tabs.

import assert from 'node:assert/strict';
import { failure, SDL, write } from './notes.mjs';

/** Ways in which a browser has no IndexedDB for a page, and what an error says of each. */
const WITHOUT = {
  absent: [/no IndexedDB/, () => Object.defineProperty(globalThis, 'indexedDB', { value: undefined, configurable: true })],
  denied: [/denies IndexedDB/, () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('denied', 'SecurityError');
    };
  }],
  private: [/offers no storage/, () => {
    IDBFactory.prototype.open = function () {
      const request = new EventTarget();
      Object.setPrototypeOf(request, IDBOpenDBRequest.prototype);
      const error = new DOMException('A mutation operation was attempted on a database that did not allow mutations.', 'InvalidStateError');
      for (const [name, value] of Object.entries({ error, readyState: 'done', result: undefined })) {
        Object.defineProperty(request, name, { value });
      }
      queueMicrotask(() => request.dispatchEvent(new Event('error', { cancelable: true })));
      return request;
    };
  }],
  silent: [/before the browser answered/, () => {
    IDBFactory.prototype.open = function () {
      const request = new EventTarget();
      return Object.setPrototypeOf(request, IDBOpenDBRequest.prototype);
    };
  }],
};

/** In the page: opens a store that says not where, saves, observes, and tells of all that. */
async function use(sdl) {
  const { DataStore } = globalThis.Granary;
  const told = [];
  const start = performance.now();
  const store = await DataStore.open({ name: 'anywhere', schema: sdl });
  const milliseconds = performance.now() - start;
  store.events().subscribe(({ type, store: name, storage, error }) => told.push({ type, name, storage, code: error.code, message: error.message }));
  const observed = [];
  store.observe(store.models.Note).subscribe(({ opType }) => observed.push(opType));
  const counted = [];
  store.liveCount(store.models.Note).subscribe((n) => counted.push(n));
  const note = await store.save(new store.models.Note({ text: 'one' }));
  await store.delete(note);
  const { problems } = await store.check();
  return { storage: store.storage, milliseconds, told, observed, counted: counted.at(-1), problems };
}

export const tests = {
  async 'without IndexedDB a store is kept in memory, and says so'(context) {
    for (const [kind, [says, before]] of Object.entries(WITHOUT)) {
      const page = await context.page('/module', before);
      const { milliseconds, told, ...rest } = await page.evaluate(use, SDL);
      assert.deepEqual(rest, { storage: 'memory', observed: ['INSERT', 'DELETE'], counted: 0, problems: [] }, kind);
      assert.equal(told.length, 1, kind);
      const [{ message, ...event }] = told;
      assert.deepEqual(event, { type: 'STORAGE', name: 'anywhere', storage: 'memory', code: 'UNAVAILABLE' }, kind);
      assert.match(message, says, kind);
      assert.ok(kind === 'silent' || milliseconds < 4000, `${kind} took ${milliseconds} ms`);
      assert.deepEqual(page.failures, [], kind);
      await page.close();
    }
  },

  async 'what nobody heard is told the first who listens, up to a bound'(context) {
    const page = await context.page('/module', WITHOUT.denied[1]);
    const heard = await page.evaluate(async (sdl) => {
      const { DataStore } = globalThis.Granary;
      for (let i = 0; i < 20; i++) await DataStore.open({ name: `bounded ${i}`, schema: sdl });
      const all = [[], [], []];
      const turn = () => new Promise((resolve) => setTimeout(resolve));
      for (const names of all.slice(0, 2)) DataStore.events().subscribe(({ store }) => names.push(store));
      await turn();
      DataStore.events().subscribe(({ store }) => all[2].push(store));
      await turn();
      return all;
    }, SDL);
    const kept = Array.from({ length: 16 }, (_, i) => `bounded ${i + 4}`);
    assert.deepEqual(heard, [kept, kept, []]);
  },

  async 'without IndexedDB a store that asks for it is not opened, and memory serves'(context) {
    for (const [kind, [says, before]] of Object.entries(WITHOUT)) {
      const page = await context.page('/module', before);
      const { code, message } = await page.evaluate(failure, { name: 'x', schema: SDL, storage: 'indexeddb' });
      assert.equal(code, 'UNAVAILABLE', `${kind}: ${message}`);
      assert.match(message, says, kind);
      assert.equal(typeof await page.evaluate(write, { name: 'm', sdl: SDL, storage: 'memory' }), 'string', kind);
      assert.deepEqual(page.failures, [], kind);
      await page.close();
    }
  },
};
