import type { DataStore } from 'granary';

const CACHE = 'marginalia';

/**
 * Keeps everything that this page has loaded, the engine too, so that it opens
 * without a network; and late.js, which the store loads when it first needs it. In development nothing is kept.
 */
export async function keepForOffline(store: Pick<DataStore<object>, 'stats'>): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  await navigator.serviceWorker.register('/offline.js');
  await store.stats();
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.startsWith(`${location.origin}/`));
  const cache = await caches.open(CACHE);
  await cache.addAll(['/', ...new Set(loaded)]);
  document.body.dataset['offline'] = 'ready';
}
