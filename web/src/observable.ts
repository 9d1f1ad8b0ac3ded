/// <reference lib="esnext.disposable" preserve="true" />

/** What is told of each value, and of the end. */
export interface Observer<T> {
  next(value: T): void;
  error(reason: unknown): void;
  complete(): void;
}

/** What ends a subscription. */
export interface Subscription {
  readonly closed: boolean;
  unsubscribe(): void;
  [Symbol.dispose](): void;
}

/** Options of a subscription. */
export interface SubscribeOptions {
  /** Ends the subscription when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

// Symbols that not every browser has are made as the libraries do that look for them.
const symbols = Symbol as unknown as Record<'observable' | 'dispose', symbol | undefined>;
const OBSERVABLE = symbols.observable ?? '@@observable';
const DISPOSE = symbols.dispose ?? Symbol.for('Symbol.dispose');

/**
 * Values over time, as RxJS and its like know them: `subscribe` with a function or
 * with an object of next, error and complete; or `for await`. An observer that
 * throws is reported to the page and disturbs nobody else.
 */
export class Observable<T> implements AsyncIterable<T> {
  readonly #start: (observer: Observer<T>) => () => void;

  constructor(start: (observer: Observer<T>) => () => void) {
    this.#start = start;
    Object.defineProperty(this, OBSERVABLE, { value: () => this });
  }

  subscribe(observer: ((value: T) => void) | Partial<Observer<T>>, options: SubscribeOptions = {}): Subscription {
    const to = typeof observer === 'function' ? { next: observer } : observer;
    let stop: (() => void) | undefined;
    let closed = false;
    const unsubscribe = () => {
      closed = true;
      options.signal?.removeEventListener('abort', unsubscribe);
      stop?.();
      stop = undefined;
    };
    const tell = (fn: () => void) => {
      if (closed) return;
      try {
        fn();
      } catch (error) {
        report(error);
      }
    };
    const subscription = { get closed() { return closed; }, unsubscribe, [DISPOSE]: unsubscribe } as unknown as Subscription;
    if (options.signal?.aborted) {
      closed = true;
      return subscription;
    }
    const end = (fn: () => void) => {
      tell(fn);
      unsubscribe();
    };
    stop = this.#start({
      next: (value) => tell(() => to.next?.(value)),
      error: (reason) => end(() => {
        if (!to.error) throw reason;
        to.error(reason);
      }),
      complete: () => end(() => to.complete?.()),
    });
    options.signal?.addEventListener('abort', unsubscribe);
    return subscription;
  }

  /** The values; of those that come while nobody waits the latest only. */
  /** load-late.ts has it. */
  declare readonly [Symbol.asyncIterator]: () => AsyncGenerator<T, void, undefined>;
}

/** Shows an error of the caller's code as one that nobody caught, which it is. */
function report(error: unknown): void {
  if (typeof reportError === 'function') reportError(error);
  else queueMicrotask(() => { throw error; });
}
