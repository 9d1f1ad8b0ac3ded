// Granary through its public API.

import { DataStore, Predicates } from '/index.js';

export const SCHEMA = /* GraphQL */ `
  type City @model(timestamps: null) {
    id: ID!
    name: String!
    search: String! @index
    population: Int! @index
    lat: Float!
    lon: Float!
    countryCode: ID! @index
  }
`;

/** How many records go into one commit. */
const BATCH = 3_000;
/** How many commits may be under way while the next one is made. */
const UNDER_WAY = 4;

export const name = 'Granary';

export function open(database) {
  return DataStore.open({ name: database, schema: SCHEMA });
}

/** Resolves when all records are durable. While commits are written the next is made. */
export async function importAll(store, records) {
  const { City } = store.models;
  const underWay = [];
  for (let from = 0; from < records.length; from += BATCH) {
    underWay.push(store.saveAll(City, records.slice(from, from + BATCH)));
    if (underWay.length > UNDER_WAY) await underWay.shift();
  }
  await Promise.all(underWay);
}

export function count(store) {
  return store.count(store.models.City);
}

export function some(store, limit) {
  return store.query(store.models.City, Predicates.ALL, { limit });
}

export function get(store, id) {
  return store.query(store.models.City, id);
}

export function largest(store, limit) {
  return store.query(store.models.City, Predicates.ALL, { sort: (s) => s.population('DESCENDING'), limit });
}

export function saveOne(store, record) {
  return store.save(new store.models.City(record));
}

/** The bytes of the engine's heap. */
export async function memory(store) {
  return (await store.stats()).memory;
}

export function close(store) {
  return store.close();
}

export function destroy(database) {
  return DataStore.destroy(database);
}

/** The same state of a record is the same object. */
export const keepsIdentity = true;
