// The service worker: the network first, and what was kept when there is none. The
// page itself fills the cache (src/offline.ts).

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  if (event.request.method !== 'GET') return;
  const kept = () => caches.match(event.request, { ignoreSearch: event.request.mode === 'navigate' });
  event.respondWith(fetch(event.request).catch(async (reason) => (await kept()) ?? Promise.reject(reason)));
});
