// New code with a new version of the records: beside a tab with the old code, and killed
// in the middle of its migration.

import { moment, within } from './rig.mjs';

const OLD = 'type Counter @model(timestamps: null) { id: ID! n: Int! }';
const NEW = 'type Counter @model(timestamps: null) { id: ID! n: Int! double: Int! }';
const LEFT = ['SCHEMA_CHANGED', 'CLOSED', 'FORMAT']; // codes with which calls of the old code end
/** Milliseconds between two saves of the old code: at first so many, and then more and more, as a slow machine needs time for a migration. */
const PAUSE = { first: 30, saves: 25, growth: 1.3 };
const RECORDS = 15; // that there are at least before a migration

export const small = 5;
export const large = 50;
export const title = 'a migration beside an old tab, or cut off by a kill, happens once and loses nothing';

export async function run(rig, counts, rounds) {
  let browser = await rig.browser('upgrade');
  for (let i = 0; i < rounds; i++) await besideOldCode(rig, browser, counts, i);
  for (let i = 0; i < rounds; i++) browser = await killed(rig, browser, counts, i);
  await browser.close();
  counts.atLeast('upgrades', rounds);
  counts.atLeast('kills', rounds);
}

/** A tab with new code opens the store while one with old code writes to it. */
async function besideOldCode(rig, browser, counts, i) {
  const where = `upgrade ${i}`;
  const name = `beside${i}`;
  const old = await browser.page();
  await old.evaluate(openOld, { name, sdl: OLD });
  const writing = old.evaluate(writeUntilRefused, PAUSE);
  await old.ledger.until('records are acknowledged', ({ acks }) => acks >= RECORDS + rig.number(0, 10));
  const page = await browser.page();
  const rows = await within('the new code opens', page.evaluate(openNew, { name, sdl: NEW }), () => where);
  const { code, events } = await within('the old code stops', writing, () => where);
  counts.add('upgrades');
  counts.add('acks', old.ledger.acks);
  if (!LEFT.includes(code)) counts.wrong(where, `the old code ended with ${code}`);
  if (!events.includes('RELOAD')) counts.wrong(where, `the old code heard of ${events.join(', ') || 'nothing'}`);
  await judge(page, counts, where, rows, old.ledger.acknowledged);
  for (const each of [old, page]) await each.close();
}

/** The browser is killed while the migration runs; the next page runs it again, or finds it done. */
async function killed(rig, browser, counts, i) {
  const where = `kill ${i}`;
  const name = `killed${i}`;
  const old = await browser.page();
  await old.evaluate(openOld, { name, sdl: OLD });
  await old.evaluate(writeSome, RECORDS);
  await old.close();
  const page = await browser.page();
  page.evaluate(openNew, { name, sdl: NEW }).catch(() => {});
  const step = rig.number(1, RECORDS + 2); // the last is the end of the function
  await page.ledger.until('it migrates', ({ marks }) => marks.length >= step);
  await moment(rig.number(0, 10));
  await browser.kill();
  counts.add('kills');
  const again = await rig.browser('upgrade');
  const fresh = await again.page();
  const rows = await within('the new code opens again', fresh.evaluate(openNew, { name, sdl: NEW }), () => where);
  await judge(fresh, counts, where, rows, RECORDS);
  await fresh.close();
  return again;
}

/** All records that were acknowledged are there, each migrated once. */
async function judge(page, counts, where, rows, acknowledged) {
  const have = new Set(rows.map(({ id }) => id));
  const lost = Array.from({ length: acknowledged }, (_, n) => `${n}`).filter((id) => !have.has(id));
  counts.lost += lost.length;
  if (lost.length > 0) counts.wrong(where, `lost ${lost.join(', ')}, of ${JSON.stringify(await page.evaluate(whatIsThere))}`);
  const torn = rows.filter(({ n, double }) => double !== 2 * n);
  counts.torn += torn.length;
  if (torn.length > 0) counts.wrong(where, `not migrated once: ${JSON.stringify(torn.slice(0, 3))}`);
  for (const problem of await page.evaluate(async () => (await store.check()).problems)) counts.wrong(where, problem);
}

/** In the page: what the store has said, and the databases that the browser has. */
async function whatIsThere() {
  return { said: globalThis.said, databases: (await indexedDB.databases()).map(({ name }) => name), witnesses: { ...localStorage } };
}

/** In the page: opens the store as the old code does. */
async function openOld({ name, sdl }) {
  globalThis.store = await Granary.DataStore.open({ name, schema: sdl, storage: 'indexeddb' });
  globalThis.events = [];
  store.events().subscribe(({ type }) => events.push(type));
}

/** In the page: saves records until it is told that the store has ended for it. */
async function writeUntilRefused({ first, saves, growth }) {
  for (let n = 0; ; n++) {
    const code = await store.save(new store.models.Counter({ id: `${n}`, n })).then(() => undefined, (error) => error.code ?? String(error));
    if (code) {
      for (let turn = 0; turn < 40 && !events.includes('RELOAD'); turn++) await new Promise((resolve) => setTimeout(resolve, 50));
      return { code, events };
    }
    report(`a ${n}`);
    await new Promise((resolve) => setTimeout(resolve, first * growth ** Math.max(0, n - saves)));
  }
}

async function writeSome(many) {
  for (let n = 0; n < many; n++) await store.save(new store.models.Counter({ id: `${n}`, n }));
  await store.close();
}

/** In the page: opens the store as the new code does, tells of each step of the migration, and answers the records. */
async function openNew({ name, sdl }) {
  const double = async (tx) => {
    for (const { id, n } of await tx.old(tx.models.Counter)) {
      report('step');
      await tx.save(new tx.models.Counter({ id, n, double: 2 * n }));
    }
    report('step end');
  };
  globalThis.said = [];
  Granary.DataStore.events().subscribe(({ type, store }) => said.push(`${type} ${store}`));
  globalThis.store = await Granary.DataStore.open({ name, schema: sdl, storage: 'indexeddb', version: 2, migrate: { 2: double } });
  return (await store.query(store.models.Counter)).map(({ id, n, double }) => ({ id, n, double }));
}
