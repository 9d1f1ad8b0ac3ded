import { ErrorCode, GranaryError } from './errors.js';
import type { Feed } from './live.js';
import type { Observer } from './observable.js';
import type { MessageJSON } from './observe.js';
import { type Engine, json, numbers } from './runtime.js';
import type { Model } from './schema.js';

/** Stands for all rows of the answer before. */
const EVERYTHING = 0xffff_ffff;

/** Turns an epoch and pairs of row and version into records. */
type Records = (model: Model, answer: Uint32Array) => (object | undefined)[];

/** The live queries of one store. What the engine has to tell is asked for once for all of them, in a microtask. */
export class Feeds {
  readonly #engine: Engine;
  readonly #store: number;
  readonly #records: Records;
  readonly #feeds = new Map<number, { readonly model: Model; readonly feed: Feed }>();
  readonly #observers = new Map<number, Observer<MessageJSON>>();
  #waiting = false;

  constructor(engine: Engine, store: number, records: Records) {
    this.#engine = engine;
    this.#store = store;
    this.#records = records;
  }

  /** Opens a live query and fills in its first answer; gives what closes it. */
  open(model: Model, request: object, feed: Feed): () => void {
    const answer = this.#engine.call('live', [this.#store], request, numbers);
    const number = answer[0]!;
    const items = this.#records(model, answer.subarray(2)) as object[];
    feed.answer = { ...feed.answer, items: Object.freeze(items), total: answer[1]! };
    this.#feeds.set(number, { model, feed });
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
    const changed: Feed[] = [];
    for (let at = 0; at < news.length; ) {
      const { model, feed } = this.#feeds.get(news[at]!)!;
      at = this.#take(news, at + 1, model, feed);
      changed.push(feed);
    }
    for (const feed of changed) feed.changed();
  }

  /** Reads one answer from some position on, and returns where the next one starts. */
  #take(news: Uint32Array, at: number, model: Model, feed: Feed): number {
    const [total, removals, insertions, updates] = [news[at]!, news[at + 1]!, news[at + 2]!, news[at + 3]!];
    const whole = removals === EVERYTHING;
    let next = at + 4;
    const positions = (length: number) => [...news.subarray(next, (next += whole ? 0 : length))];
    const [removed, inserted, updated] = [positions(removals), positions(insertions), positions(updates)];
    const end = next + 1 + 2 * (insertions + updates);
    const records = this.#records(model, news.subarray(next, end)) as object[];
    const same = !whole && removals + insertions + updates === 0;
    const items = whole ? records : same ? feed.answer.items : patched(feed.answer.items, removed, inserted, updated, records);
    const diff = whole ? undefined : { removed, inserted, updated };
    feed.answer = { ...feed.answer, items: Object.freeze(items), total, diff };
    return end;
  }
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
