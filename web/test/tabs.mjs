// Tests of what tabs of one profile know of each other, and of loss.

import assert from 'node:assert/strict';
import { SDL, write } from './notes.mjs';

/** In the page: opens a store and follows it in every way; globalThis.told has what was told. */
async function follow({ name, sdl }) {
  const { DataStore } = globalThis.Granary;
  const store = (globalThis.store = await DataStore.open({ name, schema: sdl }));
  const told = (globalThis.told = { observed: [], texts: [], events: [] });
  const { Note } = store.models;
  store.events().subscribe(({ type, error, ...rest }) => told.events.push([type, error?.code ?? rest.emptied]));
  store.observe(Note).subscribe(({ opType, source, element }) => told.observed.push(`${source} ${opType} ${element.text}`));
  store.live(Note).subscribe(({ items }) => (told.texts = items.map((note) => note.text)));
}

/** In the page: saves notes with these texts, one after the other. */
async function save(texts) {
  for (const text of texts) await globalThis.store.save(new globalThis.store.models.Note({ text }));
}

/** Waits until what a page was told satisfies a condition. */
const until = (page, condition) => page.waitForFunction(condition, { polling: 20 });
const told = (page) => page.evaluate(() => globalThis.told);

/** In the page, before its own code: there is no BroadcastChannel. */
const deaf = () => void delete globalThis.BroadcastChannel;

/** In the page, before its own code: messages of a BroadcastChannel are lost, doubled and late. */
const unreliable = () => {
  const { postMessage } = BroadcastChannel.prototype;
  let n = 0;
  let late;
  BroadcastChannel.prototype.postMessage = function (message) {
    if (n++ % 3 === 0) return;
    if (late !== undefined) postMessage.call(this, late);
    late = message;
    if (n % 3 === 0) for (let i = 0; i < 2; i++) postMessage.call(this, message);
  };
};

export const tests = {
  async 'a tab hears of the commits of another, in order and once'(context) {
    for (const [kind, before] of Object.entries({ told: undefined, deaf, unreliable })) {
      const [a, b] = [await context.page('/module', before), await context.page('/module', before)];
      await a.evaluate(follow, { name: kind, sdl: SDL });
      await b.evaluate(follow, { name: kind, sdl: SDL });
      const texts = Array.from({ length: 10 }, (_, i) => String(i));
      await b.bringToFront();
      await a.evaluate(save, texts);
      await until(b, 'told.texts.length === 10');
      await until(b, 'told.observed.length === 10');
      assert.deepEqual(await told(b), { observed: texts.map((text) => `OTHER_TAB INSERT ${text}`), texts, events: [] }, kind);
      assert.deepEqual((await told(a)).observed, texts.map((text) => `LOCAL INSERT ${text}`), kind);
      await Promise.all([a.close(), b.close()]);
    }
  },

  async 'a store that another tab destroys ends, and says so'(context) {
    const [a, b] = [await context.page('/module'), await context.page('/module')];
    await a.evaluate(follow, { name: 'doomed', sdl: SDL });
    await a.evaluate(save, ['one']);
    await b.evaluate(() => globalThis.Granary.DataStore.destroy('doomed'));
    await until(a, 'told.events.length > 0');
    assert.deepEqual((await told(a)).events, [['REMOVED', 'CLOSED']]);
    const code = await a.evaluate(() => globalThis.store.save(new globalThis.store.models.Note({ text: 'two' })).catch((error) => error.code));
    assert.equal(code, 'CLOSED');
    await a.reload();
    await a.waitForFunction('globalThis.Granary !== undefined');
    await a.evaluate(follow, { name: 'doomed', sdl: SDL });
    await a.evaluate(save, ['three']);
    await until(a, 'told.texts.length > 0');
    assert.deepEqual(await told(a), { observed: ['LOCAL INSERT three'], texts: ['three'], events: [] }, 'what was removed on purpose is no loss');
  },

  async 'a store that was emptied behind its back says RESET, and tells of no deletions'(context) {
    let page = await context.page('/module');
    await page.evaluate(follow, { name: 'emptied', sdl: SDL });
    await page.evaluate(save, ['one', 'two']);
    await page.close();
    page = await context.page('/module');
    await page.evaluate(() => new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase('granary:emptied');
      request.onsuccess = resolve;
      request.onerror = reject;
    }));
    await page.evaluate(follow, { name: 'emptied', sdl: SDL });
    await until(page, 'told.events.length > 0');
    assert.deepEqual(await told(page), { observed: [], texts: [], events: [['RESET', true]] });
    await page.evaluate(save, ['three']);
    await page.reload();
    await page.waitForFunction('globalThis.Granary !== undefined');
    await page.evaluate(follow, { name: 'emptied', sdl: SDL });
    await page.evaluate(save, ['four']);
    await until(page, 'told.texts.length === 2');
    assert.deepEqual((await told(page)).events, [], 'a loss is told once');
  },

  async 'a connection that the browser closes is replaced while the store goes on'(context) {
    const page = await context.page('/module', () => {
      const { transaction } = IDBDatabase.prototype;
      IDBDatabase.prototype.transaction = function (...args) {
        globalThis.connection = this;
        return transaction.apply(this, args);
      };
    });
    await page.evaluate(follow, { name: 'broken', sdl: SDL });
    for (let i = 0; i < 5; i++) {
      await page.evaluate(save, [String(i)]);
      await page.evaluate(() => globalThis.connection.close());
    }
    await page.evaluate(save, ['last']);
    const { texts, events } = await told(page);
    assert.deepEqual(texts, ['0', '1', '2', '3', '4', 'last']);
    assert.ok(events.some(([type]) => type === 'RECONNECTED'), JSON.stringify(events));
    assert.ok(events.every(([type]) => type.startsWith('RECONNECT')), JSON.stringify(events));
  },

  async 'what is saved as the page is left is kept'(context) {
    const name = 'leaving';
    for (let round = 0; round < 5; round++) {
      const page = await context.page('/module');
      await page.evaluate(follow, { name, sdl: SDL });
      await page.evaluate((round) => {
        const { Note } = globalThis.store.models;
        const save = (text) => void globalThis.store.save(new Note({ text })).catch(() => {});
        addEventListener('pagehide', () => save(`${round} in pagehide`));
        globalThis.leave = (to) => {
          for (let i = 0; i < 3; i++) save(`${round} ${i}`);
          location.href = to;
        };
      }, round);
      await Promise.all([page.waitForNavigation(), page.evaluate((to) => globalThis.leave(to), `${context.origin}/script`)]);
      await page.close();
    }
    const page = await context.page('/module');
    await page.evaluate(follow, { name, sdl: SDL });
    await until(page, 'told.texts.length > 0');
    const want = Array.from({ length: 5 }, (_, round) => [0, 1, 2, 'in pagehide'].map((what) => `${round} ${what}`)).flat();
    // WebKit has ended the storage of a page when it tells of pagehide.
    const texts = (texts) => (context.kind === 'webkit' ? texts.filter((text) => !text.endsWith('pagehide')) : texts);
    assert.deepEqual(texts((await told(page)).texts), texts(want));
    assert.equal(typeof await page.evaluate(write, { name, sdl: SDL }), 'string');
  },
};
