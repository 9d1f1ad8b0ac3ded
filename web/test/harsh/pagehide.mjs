// Saves that an app makes when its page is being left.

const SAVES = 5; // in each pagehide
const KEPT = 0.95; // of them that must be there afterwards

export const small = 12;
export const large = 120;
export const title = 'what is saved while a page is left is kept, and all that was acknowledged before';

const LEAVE = {
  navigate: (page) => page.goto('about:blank'),
  reload: (page) => page.reload(),
  close: (page) => page.close(),
};

/** Leaves pages in each of the ways, with nothing else on its way to storage, and in the middle of other saves. */
export async function run(rig, counts, rounds) {
  const browser = await rig.browser('pagehide');
  const kept = {};
  for (let i = 0; i < rounds; i++) {
    const [way, leave] = Object.entries(LEAVE)[i % 3];
    const busy = i % 2 === 1;
    const page = await open(browser);
    await page.evaluate(savesWhenLeft, { round: i, saves: SAVES, busy });
    const { ledger } = page;
    if (busy) await ledger.until('saves are acknowledged', ({ marks }) => marks.length >= 10);
    await leave(page);
    counts.add('rounds');
    const fresh = await open(browser);
    const { rows, problems } = await fresh.evaluate(() => rig.read());
    await fresh.close();
    if (way !== 'close') await page.close();
    for (const problem of problems) counts.wrong(`round ${i}, ${way}`, problem);
    judge(counts, `round ${i}, ${way}`, ledger, new Set(rows.map(([, id]) => id)));
    const late = rows.filter(([, id]) => id.startsWith(`late ${i} `)).length;
    counts.add(busy ? 'issued_busy' : 'issued', SAVES);
    counts.add(busy ? 'kept_busy' : 'kept', late);
    (kept[way] ??= []).push(late);
  }
  await browser.close();
  if (counts.of('kept') < KEPT * counts.of('issued')) counts.wrong('too few are kept', kept);
  counts.atLeast('acks', 5 * rounds);
  counts.atLeast('issued', SAVES * Math.floor(rounds / 2));
}

/** Nothing that was acknowledged may be missing. */
function judge(counts, where, { marks }, ids) {
  const lost = marks.map((mark) => mark.slice('kept '.length)).filter((id) => !ids.has(id));
  counts.add('acks', marks.length);
  counts.lost += lost.length;
  if (lost.length > 0) counts.wrong(where, `lost ${lost.join(', ')}`);
}

async function open(browser) {
  const page = await browser.page();
  await page.evaluate((o) => rig.open(o), { name: 'left' });
  return page;
}

/** In the page: makes saves when it is left, and before that, when it is to be busy, all the time. */
function savesWhenLeft({ round, saves, busy }) {
  const { Owner } = store.models;
  const save = (id) => store.save(new Owner({ id, n: round })).then(() => report(`kept ${id}`), () => {});
  let left = false;
  addEventListener('pagehide', () => {
    left = true;
    for (let i = 0; i < saves; i++) save(`late ${round} ${i}`);
  });
  let n = 0;
  const next = () => {
    if (left) return;
    save(`early ${round} ${n++}`);
    setTimeout(next, 1);
  };
  if (busy) next();
}
