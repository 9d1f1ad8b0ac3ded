// Tests of stores of several names in several tabs.

import assert from 'node:assert/strict';
import { ALONE, judge, look, PAIRS, play, SDL } from './interleave.mjs';
import { store } from './notes.mjs';

/** How long no call of a round may take, in milliseconds; those that did not end are told. */
const PATIENCE = 60_000;

const ROUNDS = 10;

/** What two tabs do at once: with less that ends a store, which ends it for all of them. */
const PAIRS_OF_TABS = PAIRS.filter((pair) => !/destroy/.test(pair) || /open|live|save|transact/.test(pair));
const ALONE_IN_TABS = ALONE.filter((kind) => kind !== 'destroy');

/** In the page: opens a store and follows it; globalThis.stores[name].told has what was told. */
async function follow({ name, sdl }) {
  const store = await globalThis.Granary.DataStore.open({ name, schema: sdl });
  const { Note } = store.models;
  const told = { live: undefined, observed: [], ends: [], events: [] };
  const ended = (who) => ({ error: ({ code }) => told.ends.push(`${who} ${code}`), complete: () => told.ends.push(`${who} complete`) });
  store.live(Note).subscribe({ next: ({ items }) => (told.live = items.map(({ text }) => text).join(' ')), ...ended('live') });
  store.observe(Note).subscribe({ next: ({ opType, element }) => told.observed.push(`${opType} ${element.text}`), ...ended('observe') });
  store.events().subscribe(({ type, error }) => told.events.push(`${type} ${error?.code}`));
  const add = (text) => store.save(new Note({ text })).then(() => undefined);
  (globalThis.stores ??= {})[name] = { store, told, add };
}

export const tests = {
  async 'two tabs open, write, clear and destroy stores of the same names, and agree'(context) {
    const tabs = [await context.page('/module'), await context.page('/module')];
    const names = Array.from({ length: 4 }, (_, i) => `shared ${i}`);
    const codes = {};
    let before = [];
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const played = await Promise.all(tabs.map((page, i) => page.evaluate(play, {
        names: [...names, ...names], tab: `${'ab'[i]}${seed}-`, seed: 2 * seed + i, bursts: 6, pairs: PAIRS_OF_TABS, alone: ALONE_IN_TABS, sdl: SDL, patience: PATIENCE,
      })));
      assert.deepEqual(played.flatMap(({ hung }) => hung), [], `calls that never ended, seed ${seed}`);
      const after = await tabs[0].evaluate(look, { names, sdl: SDL });
      assert.deepEqual(await tabs[1].evaluate(look, { names, sdl: SDL }), after, `seed ${seed}`);
      const wrong = [...played.flatMap((told) => told.wrong), ...judge(before, played.map(({ ledger }) => ledger), after)];
      assert.equal(wrong.length, 0, `seed ${seed}: ${wrong.join('\n')}`);
      before = after;
      for (const told of played) for (const [what, n] of Object.entries(told.codes)) codes[what] = (codes[what] ?? 0) + n;
    }
    for (const call of ['open', 'save', 'transact', 'clear', 'close', 'destroy', 'live']) assert.ok(codes[`${call} ok`] > 10, `${call}: ${JSON.stringify(codes)}`);
    assert.deepEqual(tabs.flatMap((page) => page.failures), []);
  },

  async 'what one tab clears is cleared in the other, and what it destroys has ended there'(context) {
    const [a, b] = [await context.page('/module'), await context.page('/module')];
    for (const name of ['ended', 'other']) for (const page of [a, b]) await page.evaluate(follow, store(name));
    for (const name of ['ended', 'other']) await a.evaluate((name) => globalThis.stores[name].add('one'), name);
    await b.waitForFunction('stores.ended.told.live === "one" && stores.other.told.live === "one"', { polling: 20 });
    await a.evaluate(() => globalThis.stores.ended.store.clear());
    await b.waitForFunction('stores.ended.told.live === ""', { polling: 20 });
    assert.deepEqual(await b.evaluate(() => globalThis.stores.ended.told.observed), ['INSERT one', 'DELETE one']);
    await a.evaluate(() => globalThis.stores.ended.store.close());
    await a.evaluate(() => globalThis.Granary.DataStore.destroy('ended'));
    await b.waitForFunction('stores.ended.told.ends.length === 2', { polling: 20 });
    const [ended, other] = await b.evaluate(() => [globalThis.stores.ended.told, globalThis.stores.other.told]);
    assert.deepEqual(ended.ends.sort(), ['live CLOSED', 'observe CLOSED']);
    assert.deepEqual(ended.events, ['REMOVED CLOSED']);
    assert.deepEqual(other, { live: 'one', observed: ['INSERT one'], ends: [], events: [] });
    const calls = await b.evaluate(async () => {
      const { store, add } = globalThis.stores.ended;
      const { Note } = store.models;
      const codes = await Promise.all([
        () => add('two'), () => store.query(Note), () => store.count(Note), () => store.clear(), () => store.check(), () => store.export(),
        () => store.transaction((tx) => tx.query(Note)), () => store.delete(Note, 'x'),
      ].map((call) => call().then(() => 'ok', ({ code }) => code)));
      await store.close();
      return codes;
    });
    assert.deepEqual(calls, calls.map(() => 'CLOSED'));
    for (const page of [a, b]) await page.evaluate(follow, store('ended'));
    await b.evaluate(() => globalThis.stores.ended.add('new'));
    await a.waitForFunction('stores.ended.told.live === "new"', { polling: 20 });
    for (const page of [a, b]) {
      assert.deepEqual(await page.evaluate(() => globalThis.stores.ended.told), { live: 'new', observed: ['INSERT new'], ends: [], events: [] });
      assert.deepEqual(page.failures, []);
    }
  },
};
