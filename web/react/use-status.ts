import { ErrorCode, GranaryError, type DataStore, type ModelConstructor, type SyncStatus } from 'granary';
import { useMemo, useSyncExternalStore } from 'react';
import { usePlace } from './provider.js';
import { loading } from './result.js';
import { constant, watchOf } from './watch.js';

/** How the store of the nearest provider is. The same object until that changes. */
export interface StoreStatus {
  /** `failed` when the engine stopped. */
  readonly status: 'opening' | 'open' | 'closed' | 'failed';
  /** Why it failed, else undefined. */
  readonly error: unknown;
  /** Where records are kept; undefined while the store is being opened. */
  readonly storage: 'indexeddb' | 'memory' | undefined;
  /** Whether the records are known to be those of the server: always so in a store that does not sync. */
  readonly isSynced: boolean;
  /** Undefined while there is no answer: while the store is being opened, and on a server. */
  readonly sync: SyncStatus | undefined;
}

const BEFORE = loading<object>();
const NAMES = { loading: 'open', ready: 'open', closed: 'closed', error: 'failed' } as const;

/** How the store is; it never suspends, so a provider's fallback may use it. */
export function useStatus(): StoreStatus {
  const { store } = usePlace('useStatus');
  const source = useMemo(() => (store ? watchOf(store, anyModel(store), [nothing, { limit: 0 }]) : constant(loading())), [store]);
  const { status, error, isSynced, sync } = useSyncExternalStore(source.subscribe, source.read, () => BEFORE);
  return useMemo(
    () => Object.freeze({ status: !store ? 'opening' : isClosed(error) ? 'closed' : NAMES[status], error, storage: store?.storage, isSynced, sync }),
    [store, status, error, isSynced, sync],
  );
}

/** A store that was closed before anybody watched it answers so. */
function isClosed(error: unknown): boolean {
  return error instanceof GranaryError && error.code === ErrorCode.Closed;
}

/** A store is watched by a query that nothing matches. */
function nothing(fields: { or(conditions: () => never[]): unknown }): unknown {
  return fields.or(() => []);
}

function anyModel(store: DataStore<object>): ModelConstructor<object> {
  return Object.values(store.models as Record<string, ModelConstructor<object>>)[0]!;
}
