// The service worker: the network first, and what was kept when there is none. The
// page itself fills the cache (src/offline.ts). What streams, as news of a server do,
// goes its own way.

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  if (event.request.method !== 'GET' || event.request.headers.get('accept') === 'text/event-stream') return;
  const kept = () => caches.match(event.request, { ignoreSearch: event.request.mode === 'navigate' });
  event.respondWith(fetch(event.request).catch(async (reason) => (await kept()) ?? Promise.reject(reason)));
});
