import { ErrorCode, GranaryError } from './errors.js';
import { deepFreeze } from './json.js';
import { NotLoaded, whenLoaded } from './loading.js';
import type { Diff, Feed, LiveAnswer } from './live.js';
import type { Observer } from './observable.js';
import type { MessageJSON } from './observe.js';
import { json, numbers } from './reading.js';
import type { Calls } from './runtime.js';

/** Stands for all rows of the answer before. */
const EVERYTHING = 0xffff_ffff;
/** Says that the answer, or why there is none, must be asked for. */
const ELSEWHERE = EVERYTHING - 1;

/** Reads so many records of an answer from some position on, and says where they end. */
export type ReadItems = (answer: Uint32Array, at: number, count: number) => readonly [records: object[], end: number];

/** What follows a store: an observer, or a live query with its feed. */
interface Followed {
  readonly verb: 'live' | 'live_groups' | 'observe';
  readonly request: object;
  readonly read?: ReadItems | undefined;
  readonly feed?: Feed;
  readonly observer?: Observer<MessageJSON>;
  /** The number that the present engine knows it by. */
  number?: number;
}

/** The live queries of one store. What the engine has to tell is asked for once for all of them, in a microtask. */
export class Feeds {
  #engine: Calls;
  #store: number;
  readonly #all = new Set<Followed>();
  readonly #feeds = new Map<number, Followed>();
  readonly #observers = new Map<number, Followed>();
  #waiting = false;

  constructor(engine: Calls, store: number) {
    this.#engine = engine;
    this.#store = store;
  }

  /**
   * Opens a live query, of groups unless records are to be read, and fills in its
   * first answer, at once or when the models are loaded; gives what closes it.
   */
  open(request: object, feed: Feed, read?: ReadItems): () => void {
    return this.#follow({ verb: read ? 'live' : 'live_groups', request, read, feed });
  }

  /** Opens an observer; gives what closes it. */
  observe(request: object, observer: Observer<MessageJSON>): () => void {
    return this.#follow({ verb: 'observe', request, observer });
  }

  /** What comes while there is no engine is opened by the next one. */
  #follow(one: Followed): () => void {
    if (!this.#engine.dead) this.#begin(one);
    this.#all.add(one);
    return () => {
      if (!this.#all.delete(one)) return;
      if (this.#map(one).delete(one.number!) && !this.#engine.dead) this.#engine.call(one.feed ? 'unlive' : 'unobserve', [one.number!]);
    };
  }

  /** Has the engine follow the store for one, now or when the models are loaded, and says whether the answer is another one now. */
  #begin(one: Followed): boolean {
    try {
      return this.#ask(one);
    } catch (error) {
      if (!(error instanceof NotLoaded)) throw error;
      const begin = () => this.#all.has(one) && this.#ask(one) && one.feed!.changed();
      error.loading.then((again) => whenLoaded(begin, again)).catch((reason: GranaryError) => {
        if (this.#all.delete(one)) finish(one, reason.code === ErrorCode.Closed ? undefined : reason);
      });
      return false;
    }
  }

  #ask(one: Followed): boolean {
    const { verb, request, read, feed } = one;
    const answer = this.#engine.call(verb, [this.#store], request, numbers);
    const number = (one.number = answer[0]!);
    this.#map(one).set(number, one);
    if (!feed) return false;
    const before = feed.answer;
    const after = read
      ? answerOf(read(answer, 2, (answer.length - 3) / 2)[0], answer[1]!, undefined)
      : this.#groups(number);
    const same = before !== undefined && print(before) === print(after);
    feed.answer = same ? before : after;
    return !same;
  }

  #map({ feed }: Followed): Map<number, Followed> {
    return feed ? this.#feeds : this.#observers;
  }

  #groups(number: number): unknown {
    return deepFreeze(this.#engine.call('groups', [number], undefined, json));
  }

  /** Goes on with another engine, and tells of the answers that are others there. */
  revive(engine: Calls, store: number): void {
    this.#engine = engine;
    this.#store = store;
    this.#feeds.clear();
    this.#observers.clear();
    const changed = [...this.#all].filter((one) => this.#begin(one));
    for (const { feed } of changed) feed!.changed();
  }

  /** Ends them all, with a reason unless the store was closed. */
  end(reason?: GranaryError): void {
    const all = [...this.#all];
    this.#all.clear();
    for (const one of all) finish(one, reason);
  }

  /** Has the engine asked for what it has to tell. */
  soon(): void {
    if (this.#waiting) return;
    queueMicrotask(() => {
      this.#waiting = false;
      try {
        if (!this.#engine.dead) this.#collect();
      } catch (error) {
        if (!this.#engine.dead) this.end(error instanceof GranaryError ? error : new GranaryError(ErrorCode.Internal, String(error), { cause: error }));
      }
    });
    this.#waiting = true;
  }

  /** Tells the observers, and then takes in every answer that is another one, and only then tells of them. */
  #collect(): void {
    if (this.#observers.size > 0) {
      const messages = this.#engine.call('events', [this.#store], undefined, json) as MessageJSON[];
      for (const message of messages) this.#observers.get(message.observer)?.observer!.next(message);
    }
    if (this.#feeds.size === 0) return;
    const news = this.#engine.call('news', [this.#store], undefined, numbers);
    const tell: (() => void)[] = [];
    for (let at = 0; at < news.length; ) {
      const number = news[at]!;
      const one = this.#feeds.get(number)!;
      const [read, feed] = [one.read, one.feed!];
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
        this.#all.delete(one);
        this.#feeds.delete(number);
        this.#engine.call('unlive', [number]);
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
    const [removed, inserted, updated, pairs] = [removals, insertions, updates, moves].map(positions) as [number[], number[], number[], number[]];
    const [records, end] = read(news, next, insertions + updates);
    const before = (feed.answer as LiveAnswer<object>).items;
    const same = removals + insertions + updates === 0;
    const items = whole ? records : same ? before : patched(before, removed, inserted, updated, records);
    const moved = pairs.flatMap((to, i) => (i % 2 ? [[pairs[i - 1]!, to] as const] : []));
    const diff = whole ? undefined : { removed, inserted, updated, moved };
    feed.answer = answerOf(items, total, diff);
    return end;
  }
}

/** Ends one that follows a store, with a reason unless the store was closed. */
function finish({ feed, observer }: Followed, reason?: GranaryError): void {
  if (feed) feed.ended(reason);
  else if (reason) observer!.error(reason);
  else observer!.complete();
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

/** What an answer says, to be compared. */
function print(answer: unknown): string {
  return JSON.stringify({ ...(answer as object), diff: 0 });
}
