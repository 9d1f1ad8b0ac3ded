// The peers: what is compared, and what has to be known of each beside its adapter.
//
// id            the adapter's file in adapters/ and the name for PEERS
// name          as tables and charts write it
// packages      npm packages whose versions are told; none: nothing has to be installed
// durable       what is true when a write's promise resolves
// writeBehind   whether that is before the write is on disk
// files         what the page may load beside the adapter's bundle: files of node_modules, or
//               the directory web/dist
// rounds        how many rounds at most, where one takes minutes
// worker        further entries that are bundled beside the adapter
// ours          it is Granary, whatever its engine runs in, and no library that Granary is compared with

const COMPLETE = 'the transaction is complete (relaxed)';

export const PEERS = [
  { id: 'granary', name: 'Granary', packages: [], durable: COMPLETE, files: ['web/dist'], ours: true },
  { id: 'granary-worker', name: 'Granary (worker)', packages: [], durable: COMPLETE, files: ['web/dist'], ours: true },
  { id: 'raw-indexeddb', name: 'raw IndexedDB', packages: [], durable: COMPLETE },
  { id: 'dexie', name: 'Dexie', packages: ['dexie'], durable: COMPLETE },
  { id: 'amplify', name: 'Amplify DataStore', packages: ['@aws-amplify/datastore'], durable: COMPLETE, rounds: 2 },
  { id: 'rxdb', name: 'RxDB (Dexie storage)', packages: ['rxdb', 'rxjs'], durable: COMPLETE },
  { id: 'pouchdb', name: 'PouchDB', packages: ['pouchdb-browser', 'pouchdb-find'], durable: COMPLETE, rounds: 2 },
  {
    id: 'watermelondb', name: 'WatermelonDB (LokiJS)', packages: ['@nozbe/watermelondb'],
    durable: 'it is in memory; written behind', writeBehind: true,
  },
  { id: 'tinybase', name: 'TinyBase', packages: ['tinybase'], durable: 'it is in memory; written behind', writeBehind: true },
  { id: 'tanstack', name: 'TanStack DB (IndexedDB)', packages: ['@tanstack/db'], durable: COMPLETE },
  {
    id: 'pglite', name: 'PGlite (idb)', packages: ['@electric-sql/pglite'],
    durable: 'before the files are written (relaxedDurability)', writeBehind: true,
    files: ['pglite.wasm', 'pglite.data', 'initdb.wasm'].map((name) => `@electric-sql/pglite/dist/${name}`),
  },
  {
    id: 'sqlite-wasm', name: 'sqlite-wasm (OPFS)', packages: ['@sqlite.org/sqlite-wasm'],
    durable: 'it is in the write-ahead log (synchronous NORMAL)',
    files: ['@sqlite.org/sqlite-wasm/dist/sqlite3.wasm'], worker: ['sqlite-wasm-worker'],
  },
];

/** What "make test" runs: it needs no package. */
export const OWN = ['granary', 'granary-worker', 'raw-indexeddb'];
/** Whose figures others are divided by: with its engine in the page, as it is by default. */
export const GRANARY = 'granary';
export const BASES = { amplify: 'amplify', raw: 'raw-indexeddb' };

/** The peers of a list of ids with commas between, or all. */
export function peers(ids) {
  if (!ids) return PEERS;
  return ids.split(',').map((id) => {
    const found = PEERS.find((p) => p.id === id.trim());
    if (!found) throw new Error(`there is no peer ${id}: the peers are ${PEERS.map((p) => p.id).join(', ')}`);
    return found;
  });
}
