// What live queries cost, in the page: a store in memory, so that no storage is
// measured. Times are of batches, since the page's clock is coarse. Every answer is
// checked; a wrong one throws.

import { DataStore, Predicates } from '/granary/index.js';
import { records } from './records.js';

const SHOWN = 50;
const MANY = 1_000;
const BATCHES = 15;
const LEAST_POPULATION = 400_000;
const FEW_MATCH = 'C7'; // one of 250 countries

/** Gives microseconds by name, and bytes for what is called memory. */
export async function measure(n) {
  const schema = await (await fetch('/page/city.graphql')).text();
  const store = await DataStore.open({ name: 'live', schema, storage: 'memory' });
  await store.saveAll(store.models.City, records(n));
  const figures = {};
  await updates(store, figures);
  await inJavaScript(store, figures);
  await many(store, figures);
  await store.close();
  return figures;
}

const options = { sort: (s) => s.population('DESCENDING'), limit: SHOWN };
const large = (c) => c.population.gt(LEAST_POPULATION);

/** A change of one of the shown records, by turns, so that the answer is another one each time. */
function change({ models: { City } }, items, i) {
  const population = items[(i * 7 + 3) % items.length].population + 1_000 + i;
  return City.copyOf(items[i % items.length], (draft) => void (draft.population = population));
}

async function updates(store, figures) {
  const { City } = store.models;
  let items = await store.query(City, large, options);
  const again = async (i) => {
    await store.save(change(store, items, i));
    items = await store.query(City, large, options);
  };
  figures.again = await median(again, 4);
  figures.save = await median((i) => store.save(change(store, items, i)), 20);

  const live = store.live(City, large, options);
  let told = 0;
  const subscription = live.subscribe(() => void told++);
  await null;
  told = 0;
  let saves = 0;
  figures.update = await median(async (i) => {
    saves++;
    await store.save(change(store, live.current.items, i));
  }, 20);
  equal('emissions', told, saves);
  equal('the shown records', ids(live.current.items), ids(await store.query(City, large, options)));
  subscription.unsubscribe();
}

/** What a page does that keeps an array: it puts in the record that has changed, filters and sorts. */
async function inJavaScript(store, figures) {
  const all = await store.query(store.models.City);
  let shown;
  const look = () => (shown = all.filter((c) => c.population > LEAST_POPULATION).sort((a, b) => b.population - a.population).slice(0, SHOWN));
  look();
  const at = new Map(all.map((record, i) => [record.id, i]));
  figures.array = await median(async (i) => {
    const saved = await store.save(change(store, shown, i));
    all[at.get(saved.id)] = saved;
    look();
  }, 2);
  equal('the records sorted in the page', shown[0].population, (await store.query(store.models.City, large, options))[0].population);
}

async function many(store, figures) {
  const { City } = store.models;
  const outside = await store.save(new City({ id: 'outside', name: 'x', search: 'x', population: 1, lat: 0, lon: 0, countryCode: 'none' }));
  const inside = await store.save(new City({ id: 'inside', name: 'x', search: 'x', population: 2_000_000, lat: 0, lon: 0, countryCode: FEW_MATCH }));
  let told = 0;
  const before = await memory(store);
  const subscriptions = Array.from({ length: MANY }, (_, i) => store
    .live(City, (c) => c.and((d) => [d.countryCode.eq(FEW_MATCH), d.population.ge(i)]), { sort: (s) => s.population('DESCENDING'), limit: 10 })
    .subscribe(() => void told++));
  await null;
  const after = await memory(store);
  figures.engineMemory = (after.engine - before.engine) / MANY;
  figures.pageMemory = (after.page - before.page) / MANY;

  const saving = (record) => async (i) => void await store.save(City.copyOf(record, (d) => void (d.lat = (i % 80) + 1)));
  told = 0;
  const none = await median(saving(outside), 5);
  equal('emissions of queries that are not touched', told, 0);
  const all = await median(saving(inside), 2);
  if (told < MANY || told % MANY !== 0) throw new Error(`${told} emissions of ${MANY} queries that are all touched`);
  for (const subscription of subscriptions) subscription.unsubscribe();
  const alone = await median(saving(outside), 20);
  figures.untouched = (none - alone) / MANY;
  figures.touched = (all - alone) / MANY;
}

/** The bytes in use when garbage is gone: of the engine the least of some readings, between which it makes garbage. */
async function memory(store) {
  let engine = Infinity;
  for (let i = 0; i < 40; i++) {
    for (let j = 0; j < 20; j++) await store.query(store.models.City, Predicates.ALL, { limit: 2_000 });
    engine = Math.min(engine, (await store.stats()).memory);
  }
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve)); // weak references hold on until the task ends
    globalThis.gc();
  }
  return { engine, page: performance.memory.usedJSHeapSize };
}

let turn = 0;

/** The median of batches, in microseconds for each time. */
async function median(work, size) {
  const times = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    const start = performance.now();
    for (let i = 0; i < size; i++) await work(turn++);
    times.push(((performance.now() - start) * 1_000) / size);
  }
  return times.sort((a, b) => a - b)[BATCHES >> 1];
}

const ids = (items) => items.map((c) => c.id).join();

function equal(what, got, wanted) {
  if (got !== wanted) throw new Error(`${what}: got ${got}, want ${wanted}`);
}
