// SIGKILL of the whole browser in the middle of writes.

import { canonical } from './history.mjs';
import { moment } from './rig.mjs';

const ACKS = 50; // that each kill waits for

export const small = 10;
export const large = 200;
export const title = 'a browser that is killed loses nothing that it acknowledged';

/** Half of the kills hit a store that is relaxed, half one that is strict. */
export async function run(rig, counts, kills) {
  const stores = { relaxed: [], strict: [] };
  let browser = await rig.browser('kill');
  for (let i = 0; i < kills; i++) {
    const durability = i % 2 === 0 ? 'relaxed' : 'strict';
    const page = await browser.page();
    const options = { seed: rig.number(1, 2 ** 31), base: stores[durability], longest: rig.pick([100, 400, 20_000]) };
    await page.evaluate((o) => rig.open(o), { name: durability, durability });
    await page.evaluate((o) => void rig.burst(o), options);
    await page.ledger.until('writes are acknowledged', ({ acks }) => acks >= ACKS);
    await moment(rig.number(0, 300));
    await browser.kill();
    counts.add('kills');
    counts.add('acks', page.ledger.acks);
    browser = await rig.browser('kill');
    const emptied = new Set(); // by the browser, which takes all of a profile at once
    for (const [name, before] of Object.entries(stores)) {
      const where = `kill ${i}, ${name} store, seed ${options.seed}`;
      const { rows, problems, events } = await read(browser, name);
      for (const problem of problems) counts.wrong(where, problem);
      if (rows.length === 0 && before.length > 0 && events.includes('RESET')) emptied.add(name); // and told of
      else if (name === durability) counts.judge(where, options, page.ledger, rows);
      else if (canonical(rows) !== canonical(before)) counts.wrong(where, `nobody wrote, and ${before.length} records became ${rows.length}`);
      stores[name] = rows;
    }
    if (emptied.size > 0) counts.add('emptied');
  }
  await browser.close();
  if (counts.of('emptied') > Math.ceil(kills / 50)) counts.wrong('too often', `the browser emptied the profile ${counts.of('emptied')} times`);
  counts.atLeast('kills', kills);
  counts.atLeast('acks', kills * ACKS);
}

/** What a page that opens the store now finds in it, and what it is told of. */
async function read(browser, name) {
  const page = await browser.page();
  await page.evaluate((o) => rig.open(o), { name });
  const found = { ...await page.evaluate(() => rig.read()), events: await page.evaluate(() => events) };
  await page.close();
  return found;
}
