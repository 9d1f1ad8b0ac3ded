// The first sync, in the page: by Granary, and by as little as does the same.

import { DataStore } from '/index.js';
import { records } from './records.js';

const URL = '/sync';
const LIMIT = 1_000; // changes of one page, as Granary asks for

async function open(name) {
  const schema = await (await fetch('/city.graphql')).text();
  return DataStore.open({ name, schema, sync: { url: URL } });
}

/** Saves records and waits until the server has them. */
export async function send(count) {
  const store = await open('sender');
  const start = performance.now();
  await store.saveAll(store.models.City, records(count));
  const saved = performance.now() - start;
  await (await store.sync()).whenSynced();
  const ms = performance.now() - start;
  await store.close();
  return { ms, saved };
}

/** Milliseconds from before the code is at work until all records are here, and until some are. */
export async function granary() {
  const start = performance.now();
  const store = await open('receiver');
  let first;
  const subscription = store.observe(store.models.City).subscribe(() => (first ??= performance.now() - start));
  await (await store.sync()).whenSynced();
  const ms = performance.now() - start;
  subscription.unsubscribe();
  const count = await store.count(store.models.City);
  await store.close();
  return { ms, first, records: count };
}

export async function raw() {
  const start = performance.now();
  const db = await settled(Object.assign(indexedDB.open('raw', 1), {
    onupgradeneeded: ({ target: { result } }) => {
      result.createObjectStore('checkpoint');
      const cities = result.createObjectStore('City', { keyPath: 'id' });
      for (const field of ['search', 'population', 'countryCode']) cities.createIndex(field, field);
    },
  }));
  let [checkpoint, more, first] = [null, true, undefined];
  while (more) {
    const answer = await fetch(`${URL}/pull`, {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ protocol: 1, client: 'c_raw', checkpoint, limit: LIMIT, models: ['City'] }),
    });
    const page = await answer.json();
    const transaction = db.transaction(['City', 'checkpoint'], 'readwrite', { durability: 'relaxed' });
    for (const { data } of page.changes) transaction.objectStore('City').put(data);
    transaction.objectStore('checkpoint').put(page.checkpoint, 'last');
    await completed(transaction);
    first ??= performance.now() - start;
    ({ checkpoint, more } = page);
  }
  const ms = performance.now() - start;
  const count = await settled(db.transaction('City').objectStore('City').count());
  db.close();
  return { ms, first, records: count };
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function completed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
}
