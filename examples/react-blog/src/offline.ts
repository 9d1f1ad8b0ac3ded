import type { DataStore } from 'granary';

const CACHE = 'marginalia';

/**
 * Keeps everything that this page has loaded, the engine too, so that it opens
 * without a network; and late.js, which the store loads when it first needs it. What
 * the server said is kept by the store. In development nothing is kept.
 */
export async function keepForOffline(store: Pick<DataStore<object>, 'stats'>, server: string | undefined): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  await navigator.serviceWorker.register('/offline.js');
  await store.stats();
  const talk = server && new URL(`${server}/`, location.href).href;
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name)
    .filter((name) => name.startsWith(`${location.origin}/`) && !(talk && name.startsWith(talk)));
  const cache = await caches.open(CACHE);
  await cache.addAll(['/', ...new Set(loaded)]);
  document.body.dataset['offline'] = 'ready';
}
