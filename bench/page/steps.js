// What is measured, in the page. Every step takes an adapter, checks the answer and
// gives milliseconds. An answer that is wrong throws: a wrong run has no figures.

import { records } from './records.js';

const QUERIED = 10_000;
const GETS = 1_000;
const LARGEST = 50;
const SORTS = 5;
const SAVES = 200;

/** The steps of a visit that begins without a database. */
export async function firstVisit(adapter, database, n) {
  const all = records(n);
  const store = await adapter.open(database);
  const figures = {};
  figures.import = await timed(() => adapter.importAll(store, all));
  equal('records after the import', await adapter.count(store), n);
  await queries(adapter, store, all, figures);
  figures.saves = await timed(async () => {
    for (let i = 0; i < SAVES; i++) await adapter.saveOne(store, { ...all[i], id: `new-${i}` });
  });
  equal('records after the saves', await adapter.count(store), n + SAVES);
  figures.engineHeap = await adapter.memory(store);
  await adapter.close(store);
  return figures;
}

async function queries(adapter, store, all, figures) {
  const limit = Math.min(QUERIED, all.length);
  let first;
  figures.query = await timed(async () => (first = await adapter.some(store, limit)));
  equal('records of the query', first.length, limit);
  const known = new Map(all.map((record) => [record.id, record]));
  for (const record of first) equal(`record ${record.id}`, plain(record), plain(known.get(record.id)));

  let again;
  figures.repeated = await timed(async () => (again = await adapter.some(store, limit)));
  equal('records of the repeated query', again.length, limit);
  if (adapter.keepsIdentity) equal('records that are the same objects', again.filter((r, i) => r === first[i]).length, limit);

  const wanted = Array.from({ length: GETS }, (_, i) => all[(i * 7_907) % all.length]);
  const got = [];
  figures.gets = await timed(async () => {
    for (const { id } of wanted) got.push(await adapter.get(store, id));
  });
  equal('records got by id', got.filter((record, i) => record?.name === wanted[i].name).length, GETS);

  const expected = all.map((r) => r.population).sort((a, b) => b - a).slice(0, LARGEST);
  let largest;
  figures.largest = (await timed(async () => {
    for (let i = 0; i < SORTS; i++) largest = await adapter.largest(store, LARGEST);
  })) / SORTS;
  equal('the largest', largest.map((r) => r.population).join(), expected.join());
}

/** What a new page pays until it has one record. The adapter's code is loaded already; its engine is not. */
export async function nextVisit(adapter, database, n) {
  const [wanted] = records(1);
  let store;
  let record;
  const reopen = await timed(async () => {
    store = await adapter.open(database);
    record = await adapter.get(store, wanted.id);
  });
  equal('the record after reopening', plain(record), plain(wanted));
  equal('records after reopening', await adapter.count(store), n + SAVES);
  await adapter.close(store);
  return { reopen };
}

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function plain({ id, name, population, lat, lon, countryCode }) {
  return JSON.stringify([id, name, population, lat, lon, countryCode]);
}

function equal(what, got, wanted) {
  if (got !== wanted) throw new Error(`${what}: got ${got}, want ${wanted}`);
}
