import type { DataStore, RejectedMutation, Subscription, Sync, SyncState } from 'granary';
import { RELEASE_AFTER } from './watch.js';

/** How a store syncs. The same object until something of it changes. */
export interface SyncView {
  /** How it goes. */
  readonly status: SyncState;
  /** The changes that the server did not want, oldest first. The same array until it holds others. */
  readonly rejected: readonly RejectedMutation[];
  /** The verbs: `syncNow`, `retry`, `drop`, `events` and the others. */
  readonly sync: Sync;
}

interface Source {
  readonly subscribe: (told: () => void) => () => void;
  readonly read: () => SyncView | undefined;
}

/** What `store.sync` takes besides options: who is told of each sync, the present one first. It resolves with how to end that. */
type Follow = (told: (sync: Sync) => void) => Promise<() => void>;

/** The source of what does not sync. */
export const NO_SYNC: Source = { subscribe: () => () => {}, read: () => undefined };

const watches = new WeakMap<object, SyncWatch>();

/** The source of a store's sync; all components share it. */
export function syncOf(store: DataStore<object>): Source {
  let known = watches.get(store);
  if (!known) watches.set(store, (known = new SyncWatch(store)));
  return known;
}

/** The sync of a store for all components that show it, from the first of them until a moment after the last has gone. */
class SyncWatch implements Source {
  readonly #store: DataStore<object>;
  readonly #listeners = new Set<() => void>();
  #view: SyncView | undefined;
  /** Ends what was begun; undefined while nothing is. */
  #end: (() => void) | undefined;
  #subscriptions: Subscription[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: DataStore<object>) {
    this.#store = store;
  }

  readonly read = (): SyncView | undefined => this.#view;

  // Each use has a listener of its own, so that a set may hold them.
  readonly subscribe = (told: () => void): (() => void) => {
    const listener = () => told();
    this.#listeners.add(listener);
    clearTimeout(this.#timer);
    if (!this.#end) this.#begin();
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#timer = setTimeout(() => this.#end?.(), RELEASE_AFTER);
    };
  };

  #begin(): void {
    let ended = false;
    let unfollow = () => {};
    this.#end = () => {
      ended = true;
      unfollow();
      this.#leave();
      this.#end = this.#view = undefined;
    };
    const follow = this.#store.sync as unknown as Follow;
    follow((sync) => { if (!ended) this.#watch(sync); }).then(
      (end) => (ended ? end() : unfollow = end),
      () => {}, // the store was closed, and there is nothing to show of it
    );
  }

  #watch(sync: Sync): void {
    this.#leave();
    let stale = true; // whether the box may hold others
    const events = sync.events().subscribe(({ type }) => { stale ||= type === 'rejected'; });
    const status = sync.watch().subscribe({
      next: (status) => {
        const before = this.#view?.sync === sync ? this.#view : undefined;
        const rejected = before && !stale && before.status.rejected === status.rejected ? before.rejected : Object.freeze(sync.rejected());
        stale = false;
        this.#become(Object.freeze({ status, rejected, sync }));
      },
      complete: () => this.#become(undefined),
    });
    this.#subscriptions = [events, status];
  }

  #leave(): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription.unsubscribe();
  }

  #become(view: SyncView | undefined): void {
    this.#view = view;
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) listener();
  }
}
