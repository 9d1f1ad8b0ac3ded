// A renderer that crashes in the middle of writes, while another tab goes on.

import { moment } from './rig.mjs';

const ACKS = 50; // that each crash waits for

export const small = 10;
export const large = 100;
export const title = 'a tab that crashes loses nothing, and the other one goes on and sees the truth';

/** Two tabs write side by side, each its own records, to one store; one of them crashes and is opened anew. */
export async function run(rig, counts, crashes) {
  const browser = await rig.browser('crash');
  const open = async () => {
    const page = await browser.page();
    await page.evaluate((o) => rig.open(o), { name: 'shared' });
    return page;
  };
  const other = await open();
  const going = { seed: rig.number(1, 2 ** 31), prefix: 'other', pause: 20, rest: 100 };
  await other.evaluate((o) => void rig.burst(o), going);
  let base = [];
  for (let i = 0; i < crashes; i++) {
    const page = await open();
    const options = { seed: rig.number(1, 2 ** 31), prefix: 'mine', base, longest: rig.pick([100, 400, 20_000]) };
    await page.evaluate((o) => void rig.burst(o), options);
    await page.ledger.until('writes are acknowledged', ({ acks }) => acks >= ACKS);
    await moment(rig.number(0, 300));
    const { acks } = other.ledger;
    await Promise.race([page.cdp.send('Page.crash').catch(() => {}), moment(2000)]);
    counts.add('crashes');
    counts.add('acks', page.ledger.acks);
    await other.ledger.until('the other tab goes on', (ledger) => ledger.acks > acks + 5);
    await page.close().catch(() => {});
    base = await find(open, counts, `crash ${i}`, options, page.ledger);
  }
  await other.evaluate(() => (rig.stop = true));
  await other.ledger.until('the other tab ends', ({ ended }) => ended);
  counts.add('others', other.ledger.acks);
  const { rows } = await other.evaluate(() => rig.read());
  counts.judge('the other tab', going, other.ledger, rows.filter(isOf('other')));
  await find(open, counts, 'the end', going, other.ledger);
  await browser.close();
  counts.atLeast('crashes', crashes);
  counts.atLeast('acks', crashes * ACKS);
}

const isOf = (prefix) => ([, id]) => id.startsWith(prefix);

/** Judges what a fresh tab finds of one history, and returns it. */
async function find(open, counts, where, options, ledger) {
  const page = await open();
  const { rows, problems } = await page.evaluate(() => rig.read());
  await page.close();
  const mine = rows.filter(isOf(options.prefix));
  for (const problem of problems) counts.wrong(where, problem);
  counts.judge(`${where}, seed ${options.seed}`, options, ledger, mine);
  return mine;
}
