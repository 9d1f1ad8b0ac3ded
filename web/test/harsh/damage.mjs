// Files of the browser's storage, damaged while the browser is closed.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonical, History } from './history.mjs';

const WRITES = 60; // in each store
const LATE = 10; // of them, in a browser of their own
const LOST = ['UNAVAILABLE', 'CORRUPT']; // codes with which a store says that its storage is lost
const PATIENCE = 30_000; // milliseconds for a damaged store to open or to fail

export const small = 20;
export const large = 120;
export const title = 'a damaged profile opens whole, or in a state that it once had, or is said to be lost';

const FILES = { log: /\.log$/, table: /\.ldb$/, manifest: /^MANIFEST/, current: /^CURRENT$/ };

/** What is done to a file, at a place from 0 up to 1. */
const DAMAGES = {
  flip: (bytes, at) => change(bytes, (copy) => void (copy[Math.floor(at * copy.length)] ^= 0x10)),
  cut: (bytes, at) => bytes.subarray(0, Math.floor(at * bytes.length)),
  zero: (bytes, at) => change(bytes, (copy) => copy.fill(0, Math.floor(at * copy.length), Math.min(Math.floor(at * copy.length) + 512, copy.length))),
  delete: () => undefined,
};

function change(bytes, how) {
  const copy = Buffer.from(bytes);
  how(copy);
  return copy;
}

/** Each case is an origin of its own, with files of its own, so that one browser serves them all. */
export async function run(rig, counts, cases) {
  const list = Array.from({ length: cases }, (_, i) => plan(rig, i));
  await inBrowser(rig, list, (page, one) => write(page, { ...one.options, writes: WRITES - LATE }));
  await inBrowser(rig, list, (page, one) => write(page, { ...one.options, skip: WRITES - LATE }));
  for (const one of list) damage(rig, one, counts);
  await inBrowser(rig, list, (page, one) => judge(page, one, counts));
  counts.atLeast('damaged', cases);
  if (counts.of('forgotten') > cases / 5) counts.wrong('too many', `losses that nobody told of: ${counts.of('forgotten')}`);
}

function plan(rig, i) {
  const files = Object.keys(FILES);
  const host = `damage-${i}.localhost`;
  return {
    host,
    origin: rig.origin.replace('127.0.0.1', host),
    file: files[i % files.length],
    damage: Object.keys(DAMAGES)[Math.floor(i / files.length) % 4],
    at: rig.random(),
    // Texts so long that the browser makes a table of its first log.
    options: { seed: rig.number(1, 2 ** 31), writes: WRITES, longest: 40_000 },
  };
}

async function inBrowser(rig, list, work) {
  const browser = await rig.browser('damage');
  for (const one of list) {
    const page = await browser.page({ origin: one.origin });
    await work(page, one);
    await page.close();
  }
  await browser.close();
}

async function write(page, options) {
  await page.evaluate((o) => rig.open(o), { name: 'damaged', durability: 'strict' });
  await page.evaluate((o) => rig.burst(o), options);
  await page.evaluate(() => store.close());
}

function damage(rig, one, counts) {
  const at = join(rig.profile('damage'), 'Default/IndexedDB');
  const directory = join(at, readdirSync(at).find((name) => name.includes(`${one.host}_`) && name.endsWith('.leveldb')));
  const of = (file) => readdirSync(directory).filter((name) => FILES[file].test(name));
  const names = of(one.file).length > 0 ? of(one.file) : of('log');
  one.name = names[Math.floor(one.at * names.length)];
  const path = join(directory, one.name);
  const damaged = DAMAGES[one.damage](readFileSync(path), one.at);
  if (damaged) writeFileSync(path, damaged);
  else rmSync(path);
  counts.add('damaged');
}

/** The store opens with a state that it once had, or says that it is lost; and what is saved then is kept. */
async function judge(page, one, counts) {
  const where = `${one.damage} ${one.name} at ${one.at.toFixed(3)}, seed ${one.options.seed}`;
  const opened = await page.evaluate(openOrFail, PATIENCE);
  if (opened.code) {
    counts.add(opened.code.toLowerCase());
    if (!LOST.includes(opened.code)) counts.wrong(where, `opening fails with ${opened.code}: ${opened.message}`);
    const storage = await page.evaluate(() => rig.open({ name: 'damaged', storage: 'memory' }));
    if (storage !== 'memory') counts.wrong(where, 'memory does not serve either');
    return;
  }
  for (const problem of opened.problems) counts.wrong(where, problem);
  const state = stateOf(one.options, opened.rows, counts, where);
  counts.add(state);
  const told = opened.events.includes('RESET');
  // Browsers write localStorage late: what it lost as well, nobody can miss. Opening notes what there is if that is more.
  const [[before, known], [now, held]] = opened.seen.map((note = '') => note.split(' '));
  if (state !== 'whole' && !told && before === now && !(Number(held) < Number(known))) counts.add('forgotten');
  else if ((state === 'whole') === told) counts.wrong(where, `the records are ${state}, it was known to hold ${opened.seen[0]}, and the events were ${opened.events.join(', ') || 'none'}`);
  const more = { seed: one.options.seed + 1, base: opened.rows, prefix: 'b', writes: 10 };
  await page.evaluate((o) => rig.burst(o), more);
  await page.evaluate(async () => (await store.close(), await rig.open({ name: 'damaged' })));
  const { rows, problems } = await page.evaluate(() => rig.read());
  for (const problem of problems) counts.wrong(`${where}, afterwards`, problem);
  counts.judge(`${where}, afterwards`, more, page.ledger, rows);
}

/** In the page: opens the store and reads all of it, or tells with which code that fails. */
async function openOrFail(patience) {
  const late = new Promise((resolve) => setTimeout(resolve, patience, { code: 'HANGS' }));
  const seen = [localStorage['granary:damaged']];
  const read = async () => ({ ...(await rig.read()), events, seen: [...seen, localStorage['granary:damaged']] });
  const open = rig.open({ name: 'damaged' }).then(read).catch(({ code, message }) => ({ code: code ?? 'NONE', message }));
  return Promise.race([open, late]);
}

/** Which state of its history the store has: the last, an older one, or none of its records. */
function stateOf(options, rows, counts, where) {
  if (rows.length === 0) return 'empty';
  const have = canonical(rows);
  const history = new History(options);
  for (let i = 1; i <= WRITES; i++) {
    history.next();
    if (canonical(history.rows()) === have) return i === WRITES ? 'whole' : 'older';
  }
  counts.wrong(where, `it has ${rows.length} records in a state that never was`);
  return 'wrong';
}
