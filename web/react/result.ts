import type { QueryOptions, SyncStatus } from 'granary';

/**
 * `loading` on a server and while a page takes over what a server rendered; `ready`
 * from then on; `closed` when the store was closed under it; `error` when the query
 * is wrong, or the engine stopped.
 */
export type LiveStatus = 'loading' | 'ready' | 'closed' | 'error';

/** What a live query answers to a component. The same object until something of it changes. */
export interface LiveResult<T> {
  /** The records, in order. The same array, and each the same object, unless it changed. */
  readonly items: readonly T[];
  /** How many records match, in the window of page and limit or not. */
  readonly total: number;
  readonly status: LiveStatus;
  /** Why the status is `error`, else undefined. */
  readonly error: unknown;
  /** Whether the records are known to be those of the server: always so in a store that does not sync. */
  readonly isSynced: boolean;
  /** The status of the live answer: how the store stands to its server. Undefined while there is none. */
  readonly sync: SyncStatus | undefined;
}

/** How a live query is sorted and paged, and what a server renders of it. */
export interface LiveOptions<T> extends QueryOptions<T> {
  /** The records that a server renders, and that a page starts from when it takes that over; none when it is left out. */
  readonly initial?: readonly T[] | undefined;
}

/** What there is before the store was asked. */
export function loading<T>(items: readonly T[] = []): LiveResult<T> {
  return Object.freeze({ items, total: items.length, status: 'loading', error: undefined, isSynced: false, sync: undefined });
}

/** What there is of a query that failed, besides the records that it had. */
export function failed<T>(error: unknown, before: LiveResult<T> = loading()): LiveResult<T> {
  return Object.freeze({ ...before, status: 'error', error });
}
