// Four tabs count on ten records at the same time, by conditional saves.

export const small = 100;
export const large = 2500;
export const title = 'four tabs that count on ten records lose no increment';

const TABS = 4;
const ROWS = 10;
const COUNTERS = 'type Counter @model { id: ID! n: Int! }';

/** `times` is how often each tab counts. */
export async function run(rig, counts, times) {
  const browser = await rig.browser('increments');
  const tabs = [];
  while (tabs.length < TABS) tabs.push(await openCounters(browser));
  await makeCounters(tabs[0], ROWS);
  const told = await Promise.all(tabs.map((page) => page.evaluate(countUp, { rows: ROWS, times, seed: rig.number(1, 2 ** 30) })));
  for (const { counted, conflicts } of told) {
    counts.add('increments', counted);
    counts.add('conflicts', conflicts);
  }
  const fresh = await openCounters(browser);
  const { sum, problems } = await fresh.evaluate(readCounters);
  for (const problem of problems) counts.wrong('at the end', problem);
  if (sum !== TABS * times) counts.wrong('at the end', `${TABS * times} increments were acknowledged, and the counters stand at ${sum}`);
  counts.atLeast('increments', TABS * times);
  counts.atLeast('conflicts', 1);
  await browser.close();
}

/** Opens a page with the store of the counters. */
export async function openCounters(browser) {
  const page = await browser.page();
  await page.evaluate((sdl) => rig.open({ name: 'counters', sdl }), COUNTERS);
  return page;
}

export function makeCounters(page, rows) {
  return page.evaluate((n) => store.saveAll(Array.from({ length: n }, (_, i) => new store.models.Counter({ id: `${i}`, n: 0 }))).then(() => {}), rows);
}

/** In the page: counts up, each time on one of the records, and again when another tab came first. */
export async function countUp({ rows, times, seed, width = 4 }) {
  const { Counter } = store.models;
  const random = rig.random(seed);
  let [left, counted, conflicts] = [times, 0, 0];
  const one = async (id) => {
    for (;;) {
      const counter = await store.query(Counter, id);
      try {
        if (!counter) throw Object.assign(new Error(), { code: 'CONFLICT' }); // this tab has not heard of it yet
        await store.save(Counter.copyOf(counter, (draft) => void draft.n++), (c) => c.n.eq(counter.n));
        report(`a ${counted++}`);
        return;
      } catch (error) {
        if (error.code !== 'CONFLICT') throw error;
        conflicts++;
        await new Promise((resolve) => setTimeout(resolve)); // what the others wrote is taken in between tasks
      }
    }
  };
  const worker = async () => {
    while (left-- > 0) await one(`${Math.floor(random() * rows)}`);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return { counted, conflicts };
}

/** In the page: what the counters add up to. */
export async function readCounters() {
  return { sum: await store.sum(store.models.Counter, 'n'), problems: (await store.check()).problems };
}
