// What becomes of a store, apart from its records. Nothing here exists at run time.

import type { GranaryError } from './errors.js';
import type { RepairReport } from './transfer-types.js';

/** What every event has. */
interface Told<Type extends string> {
  readonly type: Type;
  /** The name of the store. */
  readonly store: string;
}

/** What every event has that has a cause. */
interface Caused<Type extends string> extends Told<Type> {
  readonly error: GranaryError;
}

/**
 * Something that happened to a store, apart from its records. Branch on `type`, and
 * let those go by that you don't know: later versions may tell of more.
 *
 * - `RESET`: the browser emptied the storage, or rolled it back to an older state.
 *   Records that were there are not; observers were not told of deletions.
 * - `QUOTA`: storage is full. Writes reject with QUOTA, reads go on. Told once, until
 *   a write has found room again.
 * - `STORAGE`: there is no IndexedDB to be had, so the records are kept in memory.
 * - `HOST`: the worker that was asked for could not be started, so the engine runs in the page.
 * - `RECONNECTING`: the connection to storage broke; writes wait for a new one.
 * - `RECONNECTED`: there is a connection again.
 * - `BLOCKED`: another tab has the store open and does not let go of it.
 * - `RELOAD`: a newer version of the app changed the store, which has ended here.
 * - `REMOVED`: the store was destroyed elsewhere, and has ended here.
 * - `REPAIRED`: storage was damaged, and was repaired while the store was opened.
 * - `ENGINE_RESTARTED`: the engine crashed, and another one has taken its place.
 */
export type StoreEvent =
  | (Told<'RESET'> & {
    /** Whether nothing was left. */
    readonly emptied: boolean;
    /** The number of the last commit that was known, and of the last one that there is. */
    readonly before: number;
    readonly now: number;
  })
  | Caused<'QUOTA'>
  | (Caused<'STORAGE'> & { readonly storage: 'memory' })
  | (Caused<'HOST'> & { readonly host: 'page' })
  | Caused<'RECONNECTING'>
  | Told<'RECONNECTED'>
  | Told<'BLOCKED'>
  | Caused<'RELOAD'>
  | Caused<'REMOVED'>
  | (Told<'REPAIRED'> & RepairReport)
  | Caused<'ENGINE_RESTARTED'>;

