import { GranaryError } from './errors.js';
import { Observable, type Observer } from './observable.js';

/** How a store stands to its server: `LOCAL` when it does not sync. */
export type SyncStatus = 'LOCAL';

/** How an answer came out of the one before, for those who animate lists. */
export interface Diff {
  /** Positions in the items before, ascending. */
  readonly removed: readonly number[];
  /** Positions in the present items, ascending. */
  readonly inserted: readonly number[];
  /** Positions in the present items of records that hold something else now, or lead to something else that was included. */
  readonly updated: readonly number[];
  /** Of each record that was removed and inserted: its position before, and the present one. */
  readonly moved: readonly (readonly [from: number, to: number])[];
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
  readonly status: SyncStatus;
}

/** One live query of the engine: what a session keeps up to date. */
export interface Feed {
  /** A LiveAnswer, or groups; undefined until the models are loaded, and while there is no engine. */
  answer: unknown;
  /** Is told of each new answer. */
  readonly changed: () => void;
  /** Is told that there are no more, and why, unless the store was closed. */
  ended(reason?: GranaryError): void;
}

/** Opens a feed, and gives what closes it. */
export type OpenFeed = (feed: Feed) => () => void;

/** A query whose answer follows the store. */
export type LiveQuery<T extends object> = LiveValue<LiveAnswer<T>>;

/**
 * An answer that follows the store. Nothing runs until somebody subscribes;
 * all subscribers share one answer, and when the last one has gone it ends. It
 * completes when the store is closed, and fails when there can be no answer any more.
 */
export class LiveValue<V> extends Observable<V> {
  /** What is asked, as text: live queries of one model with the same text have the same answers. */
  readonly question: string;
  readonly #open: OpenFeed;
  readonly #pick: (answer: unknown) => V;
  readonly #observers = new Set<Observer<V>>();
  #feed: Feed | undefined;
  #close: (() => void) | undefined;

  /** `pick` takes what is told out of the answers. @internal */
  constructor(open: OpenFeed, pick: (answer: never) => V = (answer) => answer, question = '') {
    super((observer) => this.#join(observer));
    this.question = question;
    this.#open = open;
    this.#pick = pick as (answer: unknown) => V;
  }

  /** The present answer while somebody is subscribed and the models are loaded, else undefined. */
  get current(): V | undefined {
    return this.#feed?.answer ? this.#pick(this.#feed.answer) : undefined;
  }

  #join(observer: Observer<V>): () => void {
    if (!this.#feed) this.#start();
    this.#observers.add(observer);
    const first = this.#feed!;
    queueMicrotask(() => {
      if (this.#observers.has(observer) && this.#feed === first && first.answer) observer.next(this.current!);
    });
    return () => {
      this.#observers.delete(observer);
      if (this.#observers.size === 0) this.#stop();
    };
  }

  #start(): void {
    const feed: Feed = {
      answer: undefined,
      changed: () => {
        for (const observer of [...this.#observers]) observer.next(this.#pick(feed.answer));
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
