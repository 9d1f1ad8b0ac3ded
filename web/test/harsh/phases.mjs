// SIGKILL of the browser while a store is opened for the first time, and while its log
// is folded into blocks.

import { moment } from './rig.mjs';

export const small = 5;
export const large = 50;
export const title = 'a browser that is killed while a store is made or folded leaves it as it was, or done';

/** Tells Node of the steps of IndexedDB by which a store is made and folded. */
const steps = () => {
  let folds;
  globalThis.folding = new Promise((resolve) => (folds = resolve));
  const tell = (prototype, method, mark) => {
    const original = prototype[method];
    prototype[method] = function (...args) {
      if (mark(this, args)) report(`step ${method}`);
      if (method === 'clear') folds();
      return original.apply(this, args);
    };
  };
  tell(IDBFactory.prototype, 'open', () => true);
  tell(IDBDatabase.prototype, 'createObjectStore', () => true);
  tell(IDBObjectStore.prototype, 'clear', ({ name }) => name === 'manifest'); // the first thing that a folding does
};

export async function run(rig, counts, kills) {
  await openings(rig, counts, kills);
  await foldings(rig, counts, kills);
  counts.atLeast('openings', kills);
  counts.atLeast('foldings', kills);
}

/** Kills at one of the steps of the first open, or a little later; the store must open, and be empty. */
async function openings(rig, counts, kills) {
  let browser = await rig.browser('open');
  for (let i = 0; i < kills; i++) {
    const name = `new${i}`;
    const page = await browser.page({ before: steps });
    await page.evaluate((o) => void rig.open(o), { name });
    const wanted = rig.number(1, 6); // open, and four object stores
    await page.ledger.until('the store is being made', ({ marks }) => marks.length >= wanted);
    await moment(rig.number(0, 20));
    await browser.kill();
    counts.add('openings');
    browser = await rig.browser('open');
    const found = await open(browser, name);
    const { rows, problems } = await found.evaluate(() => rig.read());
    if (rows.length + problems.length > 0) counts.wrong(`first open ${i}`, { rows, problems });
    const options = { seed: rig.number(1, 2 ** 31), writes: 10 };
    await found.evaluate((o) => rig.burst(o), options);
    counts.judge(`after first open ${i}`, options, found.ledger, (await found.evaluate(() => rig.read())).rows);
    await found.close();
  }
  await browser.close();
}

/** Kills while the log is being folded: after 4 MiB of it, in a moment without writes; then these go on beside it. */
async function foldings(rig, counts, kills) {
  let base = [];
  let browser = await rig.browser('fold');
  for (let i = 0; i < kills; i++) {
    const page = await open(browser, 'folded', steps);
    const options = { seed: rig.number(1, 2 ** 31), base, longest: 60_000, pause: 30, rest: 600 };
    await page.evaluate((o) => void rig.burst(o), options);
    await page.ledger.until('the log is being folded', ({ marks }) => marks.includes('step clear'));
    await moment(rig.number(0, 15));
    await browser.kill();
    counts.add('foldings');
    counts.add('acks', page.ledger.acks);
    browser = await rig.browser('fold');
    const again = await open(browser, 'folded');
    const { rows, problems } = await again.evaluate(() => rig.read());
    for (const problem of problems) counts.wrong(`folding ${i}`, problem);
    counts.judge(`folding ${i}, seed ${options.seed}`, options, page.ledger, rows);
    await again.close();
    base = rows;
  }
  await browser.close();
}

async function open(browser, name, before) {
  const page = await browser.page({ before });
  await page.evaluate((o) => rig.open(o), { name });
  return page;
}
