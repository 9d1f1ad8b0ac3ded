// A tab that the browser freezes in the middle of its writes, as it does to tabs in the
// background, while another tab goes on.

import { countUp, makeCounters, openCounters, readCounters } from './increments.mjs';
import { within } from './rig.mjs';

const ROWS = 10;
const TIMES = 150; // that each tab counts in a round
const LONG = 30_000; // milliseconds that a round may take at most

export const small = 5;
export const large = 100;
export const title = 'a frozen tab holds nobody up, and catches up when it thaws without a stale write';

export async function run(rig, counts, freezes) {
  const browser = await rig.browser('frozen');
  const [sleeper, other] = [await openCounters(browser), await openCounters(browser)];
  await makeCounters(other, ROWS);
  const count = (page) => page.evaluate(countUp, { rows: ROWS, times: TIMES, seed: rig.number(1, 2 ** 30) });
  for (let i = 0; i < freezes; i++) {
    sleeper.ledger.reset();
    const counting = count(sleeper);
    const wanted = rig.number(1, TIMES / 2);
    await sleeper.ledger.until('it counts', ({ acks }) => acks >= wanted);
    await sleeper.cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
    const told = await within('the other tab counts', count(other), () => `in freeze ${i}`, LONG);
    if (sleeper.ledger.acks < TIMES) counts.add('freezes');
    await sleeper.cdp.send('Page.setWebLifecycleState', { state: 'active' });
    const slept = await within('the thawed tab goes on', counting, () => `in freeze ${i}`, LONG);
    counts.add('increments', told.counted + slept.counted);
    for (const page of [sleeper, other]) await caughtUp(page, counts, `freeze ${i}`);
  }
  const fresh = await openCounters(browser);
  await caughtUp(fresh, counts, 'at the end');
  await browser.close();
  counts.atLeast('freezes', Math.ceil(freezes * 0.8)); // a fast machine may end a burst before it can be frozen
}

/** A tab sees all increments within a few seconds, and never more. */
async function caughtUp(page, counts, where) {
  const wanted = counts.of('increments');
  const sum = await page.evaluate(async (most) => {
    let sum;
    for (let turn = 0; turn < 100; turn++) {
      sum = await store.sum(store.models.Counter, 'n');
      if (sum >= most) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return sum;
  }, wanted);
  if (sum !== wanted) counts.wrong(where, `${wanted} increments, and a tab sees ${sum}`);
  for (const problem of (await page.evaluate(readCounters)).problems) counts.wrong(where, problem);
}
