// Granary with its engine in a dedicated worker: all else is as with the engine in the page.

import { openWith } from './granary.js';

export * from './granary.js';

export function open(database) {
  return openWith({ name: database, host: 'worker' });
}
