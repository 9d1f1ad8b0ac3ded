import { assetURL, loadLate } from './assets.js';
import { wholeNumber } from './checks.js';
import { durabilityOf } from './durability.js';
import { anyHost, Host, hostOf } from './engines.js';
import { engineError, GranaryError, invalid, reason, wasmError } from './errors.js';
import { tell } from './events.js';
import { Instance } from './instance.js';
import { origins, placeOf } from './origin.js';
import { NotLoaded, whenLoaded } from './loading.js';
import { Observable } from './observable.js';
import { Engine } from './runtime.js';
import { recordOf } from './save.js';
import { unknownMember } from './schema.js';
import { storeVerbs } from './store-verbs.js';
import { instantiate } from './wasm-source.js';

type Late = typeof import('./late.js');
type Verb = Exclude<keyof Late, 'provide'>;

/** How long after a store was opened late.js is loaded, in milliseconds. */
const SOON = 1000;

/**
 * Calls a function of late.js: verbs that a page does not need for its first screen,
 * and words about what went wrong. Rejects with WASM when it cannot be had.
 */
export async function late<V extends Verb>(verb: V, ...args: Parameters<Late[V]>): Promise<Awaited<ReturnType<Late[V]>>> {
  const module = await loadLate();
  module.provide({
    Engine, GranaryError, Host, Instance, NotLoaded, Observable, anyHost, assetURL, durabilityOf, engineError, hostOf, instantiate, invalid, origins, placeOf, reason, recordOf, storeVerbs, tell, unknownMember, wasmError, whenLoaded, wholeNumber,
  });
  return (module[verb] as (...args: unknown[]) => Awaited<ReturnType<Late[V]>>)(...args);
}

// Here, since what Observable is made of is a part of what late.js is given.
Object.assign(Observable.prototype, {
  async *[Symbol.asyncIterator](this: Observable<unknown>) {
    yield* await late('iterate', this);
  },
});

/** Loads late.js when the page has come to rest, so that it is there when there is no network any more. */
export function lateSoon(): void {
  setTimeout(() => loadLate().catch(() => {}), SOON);
}
