import type { DataStore } from 'granary';
import { RELEASE_AFTER } from './watch.js';

/** How far the opening of a store has come. */
export interface Opened {
  readonly store?: DataStore<object>;
  /** Why it could not be opened. */
  readonly failure?: { readonly error: unknown };
  /** Resolves, and never rejects, when this is over. */
  readonly over: Promise<void>;
}

/**
 * A store that a provider opens, and closes a moment after it is gone: StrictMode
 * mounts everything twice, and hidden parts of a page come back.
 */
export class Opening {
  #state: Opened;
  #settle = () => {};
  #begun = false;
  #held = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor() {
    this.#state = this.#fresh();
  }

  readonly read = (): Opened => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Opens the store, unless that was done, and gives what lets go of it. */
  hold(open: () => Promise<DataStore<object>>): () => void {
    this.#held = true;
    clearTimeout(this.#timer);
    if (!this.#begun) void this.#begin(open);
    return () => {
      this.#held = false;
      this.#timer = setTimeout(() => this.#close(), RELEASE_AFTER);
    };
  }

  async #begin(open: () => Promise<DataStore<object>>): Promise<void> {
    this.#begun = true;
    const { over } = this.#state;
    const opened = await Promise.resolve().then(open).then((store): Opened => ({ store, over }), (error): Opened => ({ failure: { error }, over }));
    this.#become(opened);
    this.#settle();
    if (!this.#held) this.#timer = setTimeout(() => this.#close(), RELEASE_AFTER);
  }

  /** Closes the store once it is open, and is as new. */
  #close(): void {
    const { store, failure } = this.#state;
    if (!store && !failure) return; // still on its way; #begin comes back to it
    this.#begun = false;
    this.#become(this.#fresh());
    void store?.close().catch(() => {}); // what it still had to write fails by its own promises
  }

  #fresh(): Opened {
    return { over: new Promise((resolve) => (this.#settle = resolve)) };
  }

  #become(state: Opened): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}
