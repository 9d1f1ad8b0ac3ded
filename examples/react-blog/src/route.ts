import { useSyncExternalStore } from 'react';

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}

/** What the address chooses: the key of a post, "new", or "" for the list alone. */
export function useRoute(): string {
  return useSyncExternalStore(subscribe, () => decodeURIComponent(location.hash.slice(1)));
}

/** Goes to a post, to "new", or to the list alone. */
export function go(route: string): void {
  location.hash = encodeURIComponent(route);
}
