import type { DataStore, LiveAnswer, LiveQuery, ModelConstructor, Subscription } from 'granary';
import { failed, loading, type LiveResult } from './result.js';

/** How long an answer that no component shows is kept up to date, in milliseconds. */
export const RELEASE_AFTER = 1000;

/** What `useSyncExternalStore` takes. */
export interface Source {
  subscribe(this: void, listener: () => void): () => void;
  /** The present result; the same object until something changes. */
  read(this: void): LiveResult<object>;
}

/** A source whose result never changes. */
export function constant(result: LiveResult<object>): Source {
  return { subscribe: () => () => {}, read: () => result };
}

/** The live queries that components of a store show, by model and question. */
const watches = new WeakMap<object, Map<string, Watch>>();

/** The watch of a question; components with the same question share it. `rest` is what follows the model. */
export function watchOf(store: DataStore<object>, model: ModelConstructor<object>, rest: readonly unknown[]): Source {
  const live = store.live(model, ...(rest as []));
  const key = `${model.name} ${live.question}`;
  let known = watches.get(store);
  if (!known) watches.set(store, (known = new Map()));
  return known.get(key) ?? new Watch(live, known, key);
}

/**
 * One live query for all components that ask the same. It is subscribed when it is
 * first read, so that the first pass of a render has the answer, and released a
 * moment after the last component has gone, or after a render that came to nothing.
 */
class Watch implements Source {
  readonly #live: LiveQuery<object>;
  readonly #known: Map<string, Watch>;
  readonly #key: string;
  readonly #listeners = new Set<() => void>();
  #subscription: Subscription | undefined;
  #answer: LiveAnswer<object> | undefined;
  #result = loading<object>();
  #ended = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(live: LiveQuery<object>, known: Map<string, Watch>, key: string) {
    this.#live = live;
    this.#known = known;
    this.#key = key;
  }

  // Each use has a listener of its own, so that a set may hold them.
  readonly subscribe = (told: () => void): (() => void) => {
    const listener = () => told();
    this.#open();
    this.#listeners.add(listener);
    clearTimeout(this.#timer);
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#releaseSoon();
    };
  };

  // All answers of a store change together, before anybody is told of one, so reading
  // the present one keeps components with different questions at one state.
  readonly read = (): LiveResult<object> => {
    this.#open();
    const answer = this.#live.current;
    if (answer && answer !== this.#answer && !this.#ended) {
      const { items, total, isSynced, status: sync } = (this.#answer = answer);
      this.#result = Object.freeze({ items, total, status: 'ready', error: undefined, isSynced, sync });
    }
    return this.#result;
  };

  #open(): void {
    if (this.#subscription || this.#ended) return;
    try {
      this.#subscription = this.#live.subscribe({
        next: (answer) => { if (answer !== this.#answer) this.#tell(); },
        error: (reason) => this.#end(failed(reason, this.#result)),
        complete: () => this.#end(Object.freeze({ ...this.#result, status: 'closed' as const })),
      });
    } catch (error) {
      this.#end(failed(error, this.#result));
      return;
    }
    if (!this.#known.has(this.#key)) this.#known.set(this.#key, this);
    if (this.#listeners.size === 0) this.#releaseSoon();
  }

  #releaseSoon(): void {
    clearTimeout(this.#timer);
    if (this.#ended) this.#release();
    else this.#timer = setTimeout(() => this.#release(), RELEASE_AFTER);
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#subscription?.unsubscribe();
    this.#subscription = this.#answer = undefined;
    if (this.#known.get(this.#key) === this) this.#known.delete(this.#key);
  }

  /** It stays as it is while a component shows it; who asks the same later asks anew. */
  #end(result: LiveResult<object>): void {
    this.#ended = true;
    this.#result = result;
    if (this.#listeners.size === 0) this.#release();
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) if (this.#listeners.has(listener)) listener();
  }
}
