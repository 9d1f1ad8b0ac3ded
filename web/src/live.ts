import { GranaryError } from './errors.js';
import { Observable, type Observer } from './observable.js';

/** How an answer came out of the one before, for those who animate lists. */
export interface Diff {
  /** Positions in the items before, ascending. */
  readonly removed: readonly number[];
  /** Positions in the present items, ascending. A record that moved was removed and inserted. */
  readonly inserted: readonly number[];
  /** Positions in the present items of records that hold something else now. */
  readonly updated: readonly number[];
}

/** What a live query answers. */
export interface LiveAnswer<T> {
  /** The records, in order. The same array as before unless one of them changed or the order. */
  readonly items: readonly T[];
  /** How many records match, in the window of page and limit or not. */
  readonly total: number;
  /** How the items came out of those before; undefined in the first answer, and when everything was read anew. */
  readonly diff: Diff | undefined;
  /** Whether the records are known to be those of the server: always so in a store that does not sync. */
  readonly isSynced: boolean;
}

/** One live query of the engine: what a session keeps up to date. */
export interface Feed {
  answer: LiveAnswer<object>;
  /** Is told of each new answer. */
  changed(): void;
  /** Is told that there are no more, and why, unless the store was closed. */
  ended(reason?: GranaryError): void;
}

/** Opens a feed, and gives what closes it. */
export type OpenFeed = (feed: Feed) => () => void;

/**
 * A query whose answer follows the store. Nothing runs until somebody subscribes;
 * all subscribers share one answer, and when the last one has gone it ends. It
 * completes when the store is closed, and fails when the engine stops.
 */
export class LiveQuery<T extends object> extends Observable<LiveAnswer<T>> {
  readonly #open: OpenFeed;
  readonly #observers = new Set<Observer<LiveAnswer<T>>>();
  #feed: Feed | undefined;
  #close: (() => void) | undefined;

  constructor(open: OpenFeed) {
    super((observer) => this.#join(observer));
    this.#open = open;
  }

  /** The present answer while somebody is subscribed, else undefined. */
  get current(): LiveAnswer<T> | undefined {
    return this.#feed?.answer as LiveAnswer<T> | undefined;
  }

  #join(observer: Observer<LiveAnswer<T>>): () => void {
    if (!this.#feed) this.#start();
    this.#observers.add(observer);
    const first = this.#feed!;
    queueMicrotask(() => {
      if (this.#observers.has(observer) && this.#feed === first) observer.next(first.answer as LiveAnswer<T>);
    });
    return () => {
      this.#observers.delete(observer);
      if (this.#observers.size === 0) this.#stop();
    };
  }

  #start(): void {
    const feed: Feed = {
      answer: { items: [], total: 0, diff: undefined, isSynced: true },
      changed: () => {
        for (const observer of [...this.#observers]) observer.next(feed.answer as LiveAnswer<T>);
      },
      ended: (reason) => {
        const observers = [...this.#observers];
        this.#observers.clear();
        this.#feed = this.#close = undefined;
        for (const observer of observers) {
          if (reason) observer.error(reason);
          else observer.complete();
        }
      },
    };
    this.#close = this.#open(feed);
    this.#feed = feed;
  }

  #stop(): void {
    const close = this.#close;
    this.#feed = this.#close = undefined;
    close?.();
  }
}
