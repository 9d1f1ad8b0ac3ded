// IndexedDB as the browser gives it, with the indexes that Granary's model has.

import { openWith } from './raw-indexeddb.js';

export * from './raw-indexeddb.js';

export const name = 'raw IndexedDB with three indexes';

export function open(database) {
  return openWith(database, ['search', 'population', 'countryCode']);
}
