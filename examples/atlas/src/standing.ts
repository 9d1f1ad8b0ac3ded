// What the head of the page says of the server, if there is one.

import type { SyncState } from 'granary';
import { byId, counted } from './dom.js';
import type { Atlas } from './store.js';

/** Shows how the store syncs; in one that does not, the page says so already. */
export function showStanding(store: Atlas): void {
  store.sync().then(
    (sync) => sync.watch().subscribe((status) => {
      byId('standing').textContent = `Kept and queried by Granary. Names that you give go to everybody: ${words(status)}.`;
    }),
    () => undefined,
  );
}

function words({ phase, pending, ready }: SyncState): string {
  const waiting = pending > 0 ? `, ${counted(pending, 'change', 'changes')} waiting` : '';
  if (phase === 'offline') return `offline${waiting}`;
  if (phase === 'backoff') return `the server is away${waiting}`;
  if (phase === 'auth') return `the server wants to know who you are${waiting}`;
  return ready && pending === 0 ? 'synced' : `syncing${waiting}`;
}
