// IndexedDB as the browser gives it: one entry per record, the fewest transactions.

import { promised, finished } from '../page/indexeddb.js';

const STORE = 'cities';

export const name = 'raw IndexedDB';

export function open(database) {
  return openWith(database, []);
}

/** Opens a store with an index on each of these fields. */
export async function openWith(database, indexes) {
  const request = indexedDB.open(database, 1);
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore(STORE, { keyPath: 'id' });
    for (const field of indexes) store.createIndex(field, field);
  };
  return promised(request);
}

/** Resolves when all records are durable: one transaction, as few promises as can be. */
export async function importAll(db, records) {
  const tx = db.transaction(STORE, 'readwrite', { durability: 'relaxed' });
  const store = tx.objectStore(STORE);
  for (const record of records) store.put(record);
  tx.commit();
  await finished(tx);
}

export async function count(db) {
  return promised(db.transaction(STORE).objectStore(STORE).count());
}

/** The first records, as objects. */
export async function some(db, limit) {
  return promised(db.transaction(STORE).objectStore(STORE).getAll(null, limit));
}

export async function get(db, id) {
  return promised(db.transaction(STORE).objectStore(STORE).get(id));
}

/** The most populous records. Without an index on the field, as a program by hand would find them. */
export async function largest(db, limit) {
  const all = await promised(db.transaction(STORE).objectStore(STORE).getAll());
  return all.sort((a, b) => b.population - a.population).slice(0, limit);
}

export async function saveOne(db, record) {
  const tx = db.transaction(STORE, 'readwrite', { durability: 'relaxed' });
  tx.objectStore(STORE).put(record);
  tx.commit();
  await finished(tx);
}

export async function memory() {
  return undefined;
}

export async function close(db) {
  db.close();
}

export async function destroy(database) {
  await promised(indexedDB.deleteDatabase(database));
}
