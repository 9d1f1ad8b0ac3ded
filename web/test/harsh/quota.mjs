// No room: the browser refuses bytes at a quota.

const SIZES = [2, 5, 20]; // MB
const TEXT = 60_000; // random bytes in each record

export const small = 1;
export const large = 10;
export const title = 'without room saves are refused with QUOTA, nothing is half, and all goes on when there is room';

/** Fills stores up to each of the sizes, `fills` times. */
export async function run(rig, counts, fills) {
  const browser = await rig.browser('quota');
  for (let i = 0; i < fills; i++) for (const size of SIZES) await fill(rig, browser, counts, size, i);
  await browser.close();
  counts.atLeast('fills', fills * SIZES.length);
  counts.atLeast('refused', fills * SIZES.length);
}

async function fill(rig, browser, counts, size, i) {
  const where = `${size} MB, fill ${i}`;
  const origin = rig.origin.replace('127.0.0.1', `quota-${size}-${i}.localhost`); // an origin of its own has its own quota
  const page = await browser.page({ origin });
  const quota = (megabytes) => page.cdp.send('Storage.overrideQuotaForOrigin', { origin: `${origin}/`, quotaSize: megabytes * 2 ** 20 });
  await quota(size);
  await page.evaluate((o) => rig.open(o), { name: 'full' });

  const full = await page.evaluate(fillUp, { most: size * 40, length: TEXT });
  counts.add('fills');
  counts.add('acks', full.acknowledged);
  counts.add('refused', full.codes.length);
  for (const code of new Set(full.codes)) if (code !== 'QUOTA') counts.wrong(where, `a save failed with ${code}`);
  if (full.acknowledged * TEXT < size * 2 ** 20 * 0.3) counts.wrong(where, `full after ${full.acknowledged} records`);
  if (!full.whole) counts.wrong(where, 'the store does not hold exactly what was acknowledged');

  for (const outcome of await page.evaluate(deleteSome, 10)) {
    counts.add(`delete_${outcome}`);
    if (outcome !== 'done') counts.wrong(where, `a delete failed with ${outcome}`);
  }
  await quota(size + 20);
  const again = await page.evaluate(fillUp, { most: 10, length: TEXT });
  counts.add('resumed', again.acknowledged);
  if (again.codes.length > 0) counts.wrong(where, `with room again saves fail with ${again.codes}`);
  if (!again.whole) counts.wrong(where, 'with room again the store does not hold exactly what was acknowledged');

  const here = await page.evaluate(summary);
  const fresh = await browser.page({ origin });
  await fresh.evaluate((o) => rig.open(o), { name: 'full' });
  const there = await fresh.evaluate(summary);
  for (const problem of [...here.problems, ...there.problems]) counts.wrong(where, problem);
  if (here.ids !== there.ids) counts.wrong(where, 'another page finds other records');
  for (const each of [page, fresh]) await each.close();
}

/** In the page: saves records of random bytes until three were refused, or there are as many as wanted. */
async function fillUp({ most, length }) {
  const { Owner } = store.models;
  const before = await store.count(Owner);
  const text = () => btoa(Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => String.fromCharCode(byte)).join(''));
  const codes = [];
  let acknowledged = 0;
  while (acknowledged < most && codes.length < 3) {
    await store.save(new Owner({ n: acknowledged, text: text() })).then(() => acknowledged++, (error) => codes.push(error.code));
  }
  return { acknowledged, codes, whole: (await store.query(Owner)).length === before + acknowledged };
}

/** In the page: deletes records one by one and tells what became of each delete. */
async function deleteSome(n) {
  const outcomes = [];
  for (const owner of (await store.query(store.models.Owner)).slice(0, n)) {
    outcomes.push(await store.delete(owner).then(() => 'done', (error) => error.code));
  }
  return outcomes;
}

/** In the page: which records there are, and what is wrong with the store. */
async function summary() {
  const ids = (await store.query(store.models.Owner)).map(({ id, text }) => `${id} ${text.length}`).sort().join();
  return { ids, problems: (await store.check()).problems };
}
