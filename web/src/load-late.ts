import { loadLate } from './assets.js';
import { GranaryError, invalid } from './errors.js';

type Late = typeof import('./late.js');
type Verb = Exclude<keyof Late, 'provide'>;

/**
 * Calls a function of late.js, which the page loads at the first call: seldom used
 * verbs, and words about what went wrong. Rejects with WASM when it cannot be had.
 */
export async function late<V extends Verb>(verb: V, ...args: Parameters<Late[V]>): Promise<Awaited<ReturnType<Late[V]>>> {
  const module = await loadLate();
  module.provide({ GranaryError, invalid });
  return (module[verb] as (...args: unknown[]) => Awaited<ReturnType<Late[V]>>)(...args);
}
