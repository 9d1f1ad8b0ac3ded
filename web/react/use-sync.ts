import { useSyncExternalStore } from 'react';
import { usePlace } from './provider.js';
import { NO_SYNC, syncOf, type SyncView } from './sync-watch.js';

/**
 * The sync of the nearest provider's store, or undefined: in a store that does not
 * sync, while the store is being opened, and on a server. It follows a sync that
 * begins later too. It never suspends, so a provider's fallback may use it.
 *
 * @example
 * const { status, rejected, sync } = useSync() ?? {};
 */
export function useSync(): SyncView | undefined {
  const { store } = usePlace('useSync');
  const { subscribe, read } = store ? syncOf(store) : NO_SYNC;
  return useSyncExternalStore(subscribe, read, NO_SYNC.read);
}
