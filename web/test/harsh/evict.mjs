// A browser that takes a site's storage away: while its store is idle, in the middle of
// writes, and between two visits.

const BEFORE = 30; // records that there are before
const AFTER = 60; // saves that are tried when the storage is taken away in the middle of them
const REFUSALS = ['UNAVAILABLE', 'CLOSED', 'UNKNOWN_OUTCOME'];

export const small = 6;
export const large = 60;
export const title = 'a store whose storage is taken away says so, tells of no deletions, and goes on';

const WHEN = ['idle', 'busy', 'away'];

export async function run(rig, counts, rounds) {
  const browser = await rig.browser('evict');
  for (let i = 0; i < rounds; i++) await evict(rig, browser, counts, WHEN[i % WHEN.length], i);
  await browser.close();
  counts.atLeast('evictions', rounds);
  counts.atLeast('resets', rounds);
}

async function evict(rig, browser, counts, when, i) {
  const where = `${when}, round ${i}`;
  const origin = rig.origin.replace('127.0.0.1', `evict-${i}.localhost`);
  const open = async () => {
    const page = await browser.page({ origin });
    await page.evaluate((o) => rig.open(o), { name: 'evicted' });
    return page;
  };
  const clear = ({ cdp }) => cdp.send('Storage.clearDataForOrigin', { origin: `${origin}/`, storageTypes: 'indexeddb' });
  let page = await open();
  await page.evaluate(saves, { from: 0, to: BEFORE });
  if (when === 'away') {
    await page.evaluate(() => store.close());
    await clear(page);
    await page.close();
    page = await open();
  }
  const saving = page.evaluate(saves, { from: BEFORE, to: BEFORE + AFTER, delay: when === 'busy' ? 3 : 0, wait: when === 'idle' });
  if (when === 'busy') await page.ledger.until('saves are acknowledged', ({ acks }) => acks >= BEFORE + rig.number(3, 20));
  if (when === 'idle') await page.ledger.until('it is idle', ({ marks }) => marks.includes('idle'));
  if (when !== 'away') await clear(page);
  if (when === 'idle') await page.evaluate(() => globalThis.go());
  const { outcomes, ids, deletions, events } = await saving;
  counts.add('evictions');
  counts.add('resets', events.filter((type) => type === 'RESET').length > 0 ? 1 : 0);
  for (const code of Object.values(outcomes)) {
    const [kind] = code.split(' ');
    counts.add(kind.toLowerCase());
    if (![...REFUSALS, 'before', 'after'].includes(kind)) counts.wrong(where, `a save failed with ${code}`);
  }
  if (deletions > 0) counts.wrong(where, `observers were told of ${deletions} deletions`);
  const fresh = await open();
  const found = await fresh.evaluate(async () => ({ ids: (await store.query(store.models.Owner)).map(({ id }) => id), problems: (await store.check()).problems }));
  for (const problem of found.problems) counts.wrong(where, problem);
  const lost = Object.keys(outcomes).filter((id) => outcomes[id] === 'after' && !found.ids.includes(id));
  counts.lost += lost.length;
  if (lost.length > 0) counts.wrong(where, `lost ${lost.length} saves that were acknowledged after the loss was told`);
  if ([...ids].sort().join() !== [...found.ids].sort().join()) counts.wrong(where, `the page shows ${ids.length} records, a fresh one ${found.ids.length}`);
  for (const each of [page, fresh]) await each.close();
}

/** In the page: saves one record after the other, and tells what became of each, before a loss was told or after it. */
async function saves({ from, to, delay = 0, wait = false }) {
  const { Owner } = store.models;
  const outcomes = {};
  let deletions = 0;
  const watching = store.observe(Owner).subscribe(({ opType }) => void (deletions += opType === 'DELETE' ? 1 : 0));
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  if (wait) {
    report('idle');
    await new Promise((resolve) => (globalThis.go = resolve));
  }
  for (let n = from; n < to; n++) {
    const id = `${n}`;
    const before = events.includes('RESET') ? 'after' : 'before';
    outcomes[id] = await store.save(new Owner({ id, n })).then(() => before, ({ code, message }) => `${code} ${message}`);
    if (outcomes[id] === before) report(`a ${n}`);
    if (delay) await pause(delay);
  }
  for (let turn = 0; turn < 60 && from > 0 && !events.includes('RESET'); turn++) await pause(50);
  watching.unsubscribe();
  return { outcomes, ids: (await store.query(Owner)).map(({ id }) => id), deletions, events };
}
