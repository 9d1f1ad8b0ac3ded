// Sync with a real server while everything between a save and the server breaks: the
// network, the server, the tab that syncs, the browser, the token. Every second round
// is on PostgreSQL.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Granaryd } from './granaryd.mjs';
import { Postgres } from './postgres.mjs';
import { moment, within } from './rig.mjs';

const SDL = 'type Note @model(timestamps: null) { id: ID! n: Int! text: String! }';
const SAVES = 1000; // of one round
const LONG = 120_000; // milliseconds that a store may take to be synced again, at most

export const small = 1;
export const large = 10;
export const title = 'whatever breaks on the way, each acknowledged save reaches the server, and once';

/** As many rounds of each kind of fault. */
export async function run(rig, counts, rounds) {
  const postgres = new Postgres();
  const servers = [];
  try {
    for (let i = 0; i < rounds; i++) {
      servers[i % 2] ??= await begun(rig, i % 2 === 1 ? postgres : undefined);
      const at = servers[i % 2];
      for (const [name, fault] of Object.entries(FAULTS)) {
        at.saved += await fault(rig, at.server, counts, `${name} ${i}`);
        await judge(at.server, counts, `${name} ${i}`, at.saved);
      }
      counts.add(i % 2 === 1 ? 'postgres_rounds' : 'sqlite_rounds');
    }
  } finally {
    for (const { server } of servers) await server.kill();
    await postgres.stop();
  }
  counts.atLeast('sqlite_rounds', Math.ceil(rounds / 2));
  if (rounds > 1) counts.atLeast('postgres_rounds', Math.floor(rounds / 2));
  counts.atLeast('offline', 6 * rounds);
  counts.atLeast('server_kills', 3 * rounds);
  counts.atLeast('tab_crashes', rounds);
  counts.atLeast('browser_kills', rounds);
  counts.atLeast('tokens_expired', rounds);
  counts.atLeast('acks', 5 * SAVES * rounds * 0.5);
}

/** A server on SQLite, or on a PostgreSQL that is started for it, and how many records it must have. */
async function begun(rig, postgres) {
  const directory = join(rig.directory, postgres ? 'postgres' : 'sqlite');
  mkdirSync(directory);
  const server = new Granaryd(directory, SDL, await postgres?.start(directory));
  await server.start();
  return { server, saved: 0 };
}

const FAULTS = { flaps, serverKilled, leaderCrashes, browserKilled, tokenExpires };

/** The network goes and comes again. */
async function flaps(rig, server, counts, where) {
  const browser = await rig.browser(`sync ${where}`);
  const page = await opened(browser, server);
  const saving = saves(page, where);
  for (let left = 5; left > 0; left--) {
    await moment(rig.number(20, 200));
    await page.setOfflineMode(true);
    await moment(rig.number(20, 200));
    await page.setOfflineMode(false);
    counts.add('offline');
  }
  await saving;
  return ended(browser, page, counts, where);
}

/** The server is killed, and started again. */
async function serverKilled(rig, server, counts, where) {
  const browser = await rig.browser(`sync ${where}`);
  const page = await opened(browser, server);
  const saving = saves(page, where);
  for (let left = 3; left > 0; left--) {
    await moment(rig.number(50, 400));
    await server.kill();
    counts.add('server_kills');
    await moment(rig.number(0, 200));
    await server.start();
  }
  await saving;
  return ended(browser, page, counts, where);
}

/** The tab that syncs crashes; another one of the same store goes on. */
async function leaderCrashes(rig, server, counts, where) {
  const browser = await rig.browser(`sync ${where}`);
  const leader = await opened(browser, server);
  const other = await opened(browser, server);
  const saving = saves(other, where);
  await moment(rig.number(50, 300));
  const crashed = new Promise((resolve) => leader.once('error', resolve));
  leader.cdp.send('Page.crash').catch(() => {});
  await within('the tab crashes', crashed);
  counts.add('tab_crashes');
  await saving;
  return ended(browser, other, counts, where);
}

/** The browser is killed amid the saves; the next one brings to the server what was acknowledged. */
async function browserKilled(rig, server, counts, where) {
  let browser = await rig.browser(`sync ${where}`);
  const page = await opened(browser, server);
  page.evaluate(save, { saves: SAVES, prefix: where }).catch(() => {});
  await page.ledger.until('saves are acknowledged', ({ acks }) => acks >= SAVES / 2);
  await moment(rig.number(0, 200));
  await browser.kill();
  counts.add('browser_kills');
  const { acks } = page.ledger;
  browser = await rig.browser(`sync ${where}`);
  const again = await opened(browser, server);
  again.ledger.acks = acks;
  return ended(browser, again, counts, where);
}

/**
 * The token expires while the page is offline and saves. Back online the server wants
 * to know who asks, until the app has a new one.
 */
async function tokenExpires(rig, server, counts, where) {
  const browser = await rig.browser(`sync ${where}`);
  const page = await opened(browser, server);
  await page.evaluate(() => sync.syncNow());
  await page.setOfflineMode(true);
  counts.add('offline');
  const saving = saves(page, where);
  await moment(rig.number(20, 200));
  await server.kill();
  server.renew();
  await server.start();
  await saving;
  const refused = page.evaluate(refusal);
  await page.setOfflineMode(false);
  const { phase, pending } = await within('the server refuses the old token', refused, () => where, LONG);
  if (phase !== 'auth' && phase !== 'backoff') counts.wrong(where, `phase ${phase} while the server refuses the token`);
  if (pending !== SAVES) counts.wrong(where, `${pending} of ${SAVES} changes wait for the new token`);
  counts.add('tokens_expired');
  await page.evaluate((token) => {
    globalThis.token = token;
    sync.resume();
  }, server.token);
  return ended(browser, page, counts, where);
}

/** Has a page save; awaited when that is over, however it ends. */
function saves(page, where) {
  const saving = page.evaluate(save, { saves: SAVES, prefix: where });
  saving.catch(() => {}); // until it is awaited
  return saving;
}

async function opened(browser, server) {
  const page = await browser.page();
  await page.evaluate(open, { sdl: SDL, url: server.url, token: server.token });
  return page;
}

/** Waits until the store is synced, and gives how many records of this round it holds. */
async function ended(browser, page, counts, where) {
  const { records, pending, problems } = await within('the store is synced', page.evaluate(synced), () => where, LONG);
  counts.add('acks', page.ledger.acks);
  if (records < page.ledger.acks) counts.lost += page.ledger.acks - records;
  if (pending > 0) counts.wrong(where, `${pending} changes are still to be sent`);
  for (const problem of problems) counts.wrong(where, problem);
  const saved = await page.evaluate((prefix) => store.count(store.models.Note, (n) => n.id.beginsWith(prefix)), where);
  await browser.close();
  return saved;
}

/** What the server holds is what was saved in all rounds, each made by one change. */
async function judge(server, counts, where, saved) {
  const { records, changes } = await server.everything();
  if (records.size !== saved) counts.wrong(where, `${saved} records were saved, and the server has ${records.size}`);
  if (changes !== records.size) counts.wrong(where, `${records.size} records were made by ${changes} changes`);
}

/** In the page: opens the store, which syncs. */
async function open({ sdl, url, token }) {
  globalThis.token = token;
  globalThis.store = await Granary.DataStore.open({ name: 'sync', schema: sdl, sync: { url, interval: 1000, token: () => globalThis.token } });
  globalThis.sync = await store.sync();
}

/** In the page: saves records, several at a time, and tells of each that was acknowledged. */
async function save({ saves, prefix }) {
  let next = 0;
  const worker = async () => {
    while (next < saves) {
      const n = next++;
      await store.save(new store.models.Note({ id: `${prefix} ${n}`, n, text: `text ${n}` }));
      report(`a ${n}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** In the page: how the sync stands when the server has refused the token. */
function refusal() {
  return new Promise((resolve) => {
    const watching = sync.watch().subscribe(({ phase, pending, error }) => {
      if (!error || !/401/.test(error.message)) return;
      watching.unsubscribe();
      resolve({ phase, pending });
    });
  });
}

/** In the page: what there is when all is synced. */
async function synced() {
  await sync.syncNow();
  return { records: await store.count(store.models.Note), pending: sync.status().pending, problems: (await store.check()).problems };
}
