import type { SyncState } from 'granary';

/** How the sync goes, in a few words and in a sentence. */
export interface Words {
  readonly state: 'good' | 'busy' | 'waits' | 'wrong';
  readonly short: string;
  readonly long: string;
}

const changes = (n: number) => (n === 1 ? '1 change' : `${n} changes`);

/** Says how the sync goes. While nothing is to be sent, the looks for news between two of them are no news. */
export function wordsOf({ phase, pending, ready }: SyncState): Words {
  const wait = pending > 0 ? ` · ${changes(pending)} waiting` : '';
  const kept = pending > 0 ? `${changes(pending)} made here ${pending === 1 ? 'is' : 'are'} kept, and sent later.` : 'What you write meanwhile is kept, and sent later.';
  switch (phase) {
    case 'offline': return { state: 'waits', short: `Offline${wait}`, long: `There is no network. ${kept}` };
    case 'backoff': return { state: 'waits', short: `Server away${wait}`, long: `The server does not answer, and is tried again by itself. ${kept}` };
    case 'paused': return { state: 'waits', short: `Paused${wait}`, long: `Nothing is sent or fetched. ${kept}` };
    case 'auth': return { state: 'wrong', short: `Needs sign-in${wait}`, long: `The server wants to know who you are. ${kept}` };
    case 'upgrade': return { state: 'wrong', short: `Needs a reload${wait}`, long: `The server wants a newer version of this page: reload it. ${kept}` };
  }
  if (pending > 0) return { state: 'busy', short: `${changes(pending)} waiting`, long: `${changes(pending)} made here ${pending === 1 ? 'is' : 'are'} on the way to the server.` };
  if (!ready) return { state: 'busy', short: 'First sync', long: 'What the server has is being fetched for the first time.' };
  return { state: 'good', short: 'Synced', long: 'The server has everything, and what it had is here.' };
}
