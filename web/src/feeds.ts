import { ErrorCode, GranaryError } from './errors.js';
import { deepFreeze } from './json.js';
import { NotLoaded, whenLoaded } from './loading.js';
import type { Diff, Feed, LiveAnswer } from './live.js';
import type { Observer } from './observable.js';
import type { MessageJSON } from './observe.js';
import { json, numbers } from './reading.js';
import type { Engine } from './runtime.js';

/** Stands for all rows of the answer before. */
const EVERYTHING = 0xffff_ffff;
/** Says that the answer, or why there is none, must be asked for. */
const ELSEWHERE = EVERYTHING - 1;

/** Reads so many records of an answer from some position on, and says where they end. */
export type ReadItems = (answer: Uint32Array, at: number, count: number) => readonly [records: object[], end: number];

/** The live queries of one store. What the engine has to tell is asked for once for all of them, in a microtask. */
export class Feeds {
  readonly #engine: Engine;
  readonly #store: number;
  readonly #feeds = new Map<number, { readonly read: ReadItems | undefined; readonly feed: Feed }>();
  readonly #observers = new Map<number, Observer<MessageJSON>>();
  #waiting = false;

  constructor(engine: Engine, store: number) {
    this.#engine = engine;
    this.#store = store;
  }

  /**
   * Opens a live query, of groups unless records are to be read, and fills in its
   * first answer, at once or when the models are loaded; gives what closes it.
   */
  open(request: object, feed: Feed, read?: ReadItems): () => void {
    try {
      return this.#open(request, feed, read);
    } catch (error) {
      if (!(error instanceof NotLoaded)) throw error;
      let close: (() => void) | undefined = () => {};
      const start = () => {
        if (!close) return;
        close = this.#open(request, feed, read);
        feed.changed();
      };
      const loaded = error.loading.then(() => whenLoaded(start));
      loaded.catch((reason: GranaryError) => close && feed.ended(reason.code === ErrorCode.Closed ? undefined : reason));
      return () => {
        close?.();
        close = undefined;
      };
    }
  }

  #open(request: object, feed: Feed, read: ReadItems | undefined): () => void {
    const answer = this.#engine.call(read ? 'live' : 'live_groups', [this.#store], request, numbers);
    const number = answer[0]!;
    feed.answer = read
      ? answerOf(read(answer, 2, (answer.length - 3) / 2)[0], answer[1]!, undefined)
      : this.#groups(number);
    this.#feeds.set(number, { read, feed });
    this.#listen();
    return () => this.#close(this.#feeds, number, 'unlive');
  }

  /** Opens an observer; gives what closes it. */
  observe(request: string, observer: Observer<MessageJSON>): () => void {
    const number = this.#engine.call('observe', [this.#store], request, numbers)[0]!;
    this.#observers.set(number, observer);
    this.#listen();
    return () => this.#close(this.#observers, number, 'unobserve');
  }

  #groups(number: number): unknown {
    return deepFreeze(this.#engine.call('groups', [number], undefined, json));
  }

  /** Ends them all, with a reason unless the store was closed. */
  end(reason?: GranaryError): void {
    const [feeds, observers] = [[...this.#feeds.values()], [...this.#observers.values()]];
    this.#feeds.clear();
    this.#observers.clear();
    this.#listen();
    for (const { feed } of feeds) feed.ended(reason);
    for (const observer of observers) reason ? observer.error(reason) : observer.complete();
  }

  #listen(): void {
    const idle = this.#feeds.size + this.#observers.size === 0;
    this.#engine.listen(this.#store, idle ? undefined : () => this.#soon());
  }

  #close(map: Map<number, unknown>, number: number, end: 'unlive' | 'unobserve'): void {
    if (!map.delete(number)) return;
    this.#listen();
    if (!this.#engine.dead) this.#engine.call(end, [number]);
  }

  #soon(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    queueMicrotask(() => {
      this.#waiting = false;
      try {
        this.#collect();
      } catch (error) {
        this.end(error instanceof GranaryError ? error : new GranaryError(ErrorCode.Internal, String(error), { cause: error }));
      }
    });
  }

  /** Tells the observers, and then takes in every answer that is another one, and only then tells of them. */
  #collect(): void {
    if (this.#observers.size > 0) {
      const messages = this.#engine.call('events', [this.#store], undefined, json) as MessageJSON[];
      for (const message of messages) this.#observers.get(message.observer)?.next(message);
    }
    if (this.#feeds.size === 0) return;
    const news = this.#engine.call('news', [this.#store], undefined, numbers);
    const tell: (() => void)[] = [];
    for (let at = 0; at < news.length; ) {
      const number = news[at]!;
      const { read, feed } = this.#feeds.get(number)!;
      if (news[at + 2] !== ELSEWHERE) {
        at = this.#take(news, at + 1, read!, feed);
        tell.push(feed.changed);
        continue;
      }
      at += 3;
      try {
        feed.answer = this.#groups(number);
        tell.push(feed.changed);
      } catch (error) {
        this.#close(this.#feeds, number, 'unlive');
        tell.push(() => feed.ended(error as GranaryError));
      }
    }
    for (const one of tell) one();
  }

  /** Reads one answer from some position on, and returns where the next one starts. */
  #take(news: Uint32Array, at: number, read: ReadItems, feed: Feed): number {
    const [total, removals, insertions, updates, moves] = news.subarray(at, at + 5) as unknown as [number, number, number, number, number];
    const whole = removals === EVERYTHING;
    let next = at + 5;
    const positions = (length: number) => [...news.subarray(next, (next += whole ? 0 : length))];
    const [removed, inserted, updated, pairs] = [positions(removals), positions(insertions), positions(updates), positions(moves)];
    const [records, end] = read(news, next, insertions + updates);
    const before = (feed.answer as LiveAnswer<object>).items;
    const same = removals + insertions + updates === 0;
    const items = whole ? records : same ? before : patched(before, removed, inserted, updated, records);
    const moved = Array.from({ length: moves / 2 }, (_, i) => pairs.slice(2 * i, 2 * i + 2) as unknown as readonly [number, number]);
    const diff = whole ? undefined : { removed, inserted, updated, moved };
    feed.answer = answerOf(items, total, diff);
    return end;
  }
}

function answerOf(items: readonly object[], total: number, diff: Diff | undefined): LiveAnswer<object> {
  return { items: Object.freeze(items), total, diff, isSynced: true, status: 'LOCAL' };
}

/** The items with a patch applied. `records` are those inserted, then those updated. */
function patched(
  before: readonly object[], removed: readonly number[], inserted: readonly number[], updated: readonly number[], records: object[],
): object[] {
  const items: object[] = [];
  let [i, out, into] = [0, 0, 0];
  while (i < before.length || into < inserted.length) {
    if (removed[out] === i) {
      i++;
      out++;
    } else if (inserted[into] === items.length) items.push(records[into++]!);
    else items.push(before[i++]!);
  }
  for (const [n, position] of updated.entries()) items[position] = records[inserted.length + n]!;
  return items;
}
