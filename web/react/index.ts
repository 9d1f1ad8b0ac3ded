'use client';
// granary/react: hooks that follow a store. React 18 and 19.

export { GranaryProvider, useStore, type ProviderProps } from './provider.js';
export type { LiveOptions, LiveResult, LiveStatus } from './result.js';
export { useLiveCount } from './use-live-count.js';
export { useLiveQuery, useSuspenseLiveQuery } from './use-live-query.js';
export { useRecord } from './use-record.js';
export { useStatus, type StoreStatus } from './use-status.js';
export type { SyncView } from './sync-watch.js';
export { useSync } from './use-sync.js';
