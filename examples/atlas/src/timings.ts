// The strip that tells how long each operation took, and what the store holds.

import { byId, duration, full, short } from './dom.js';
import type { Atlas } from './store.js';

/** The operations that have a place in the strip. */
export type Operation = 'open' | 'import' | 'query' | 'save' | 'delete';

/** The strip of the page. */
export class Timings {
  /** Runs an operation and shows what it took; `said` tells what it did. */
  async measure<T>(operation: Operation, work: () => Promise<T>, said: (result: T) => string): Promise<T> {
    const start = performance.now();
    const result = await work();
    this.show(operation, performance.now() - start, said(result));
    return result;
  }

  /** Shows what an operation took. */
  show(operation: Operation, milliseconds: number, said: string): void {
    byId(`time-${operation}`).textContent = duration(milliseconds);
    byId(`said-${operation}`).textContent = said;
  }

  /** Shows what the store holds. */
  async stats(store: Atlas | undefined): Promise<void> {
    if (!store) {
      byId('time-store').textContent = '–';
      byId('said-store').textContent = 'no database';
      return;
    }
    const { models, memory, log } = await store.stats();
    const rows = models.reduce((sum, model) => sum + model.rows, 0);
    const bytes = models.reduce((sum, model) => sum + model.bytes, 0);
    byId('time-store').textContent = `${full(rows)} records`;
    byId('said-store').textContent =
      `${short(bytes)}B of rows, ${short(memory)}B engine heap, ${full(log.entries)} in the log`;
  }
}
