import type { GranaryError } from '../../errors.js';
import type { StoreEvent } from '../../event-types.js';
import type { NotLoaded } from '../../loading.js';
import { json, nothing, numbers, READING, type Read } from '../../reading.js';
import type { Calls, Engine, Input, OnCrash, Verb } from '../../runtime.js';
import type { Opened } from '../../session.js';
import { encodeTexts, jsonTexts } from '../../text.js';
import type { Asked, Bytes, Given, News, Outcome, Rows, Told } from '../../worker/protocol.js';
import { kit } from '../kit.js';
import { Answer, readBytes, readOutcome, type Question } from './answer.js';
import type { Beside } from './beside.js';
import { ReceivedRows } from './received-rows.js';

type Of<K extends Told['kind']> = Extract<Told, { kind: K }>;

interface Pending {
  readonly verb: Verb;
  finish(outcome: Outcome): void;
  fail(error: GranaryError): void;
}

interface Waiting extends Question {
  /** The edition of the records when it was asked: writes of the page that were posted since come after it. */
  readonly edition: number;
  resolve(again: <T>(verb: () => T) => T): void;
  reject(error: GranaryError): void;
}

/** What is known of the sync of a store. */
interface Standing {
  status: Outcome;
  box: Outcome;
  calls: unknown[];
}

/** Calls whose answer nobody needs. */
const SENT: ReadonlySet<Verb> = new Set<Verb>(['unlive', 'unobserve', 'transfer_end']);
/** What ends that which was begun by a call whose answer nobody wants any more. */
const ENDS: Partial<Record<Verb, Verb>> = { live: 'unlive', live_groups: 'unlive', observe: 'unobserve', begin: 'rollback' };
/** How often the worker is told, while a store is being opened, what localStorage holds of it, in milliseconds. */
const REFRESH_EVERY = 100;
/** As the engine numbers what sync can be asked; late/sync/syncing.ts has the same list. */
const [SYNC_BEGIN, SYNC_STATUS, SYNC_BOX, SYNC_CALLS] = [0, 1, 2, 3];

/**
 * The engine in a worker, asked as one in the page is. A call whose answer is not here is
 * posted, and throws what {@link kit.whenLoaded} waits for; then the verb is run again, on
 * the answer that has come. Records are checked by an engine in the page, since a
 * constructor cannot wait.
 */
export class RemoteEngine implements Calls {
  readonly listeners: Calls['listeners'] = new Map();
  readonly #beside: Beside;
  readonly #checker: Engine;
  readonly #onCrash: OnCrash;
  /** The stores of the checker, by that of the worker. */
  readonly #checked = new Map<number, number>();
  /** Why stores have ended by themselves. */
  readonly #ended = new Map<number, GranaryError>();
  readonly #pending = new Map<number, Pending>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #news = new Map<number, News>();
  readonly #standing = new Map<number, Standing>();
  /** The live queries that the page follows: of others it may still be told. */
  readonly #lives = new Set<number>();
  /** The answer for the verb that is run just now. */
  #answer: Answer | undefined;
  /** The rows that came with the last message, by store. */
  readonly #rows = new Map<number, ReceivedRows>();
  #number = 0;
  /** Grows as the worker tells, and as the page asks for something that may change records. */
  #edition = 0;
  #dead: GranaryError | undefined;

  constructor(beside: Beside, checker: Engine, onCrash: OnCrash) {
    this.#beside = beside;
    this.#checker = checker;
    this.#onCrash = onCrash;
    beside.listen((told) => this.#take(told), (why) => this.die(why));
  }

  get dead(): GranaryError | undefined {
    return this.#dead;
  }

  /** While a verb is run on an answer, as of that: more may have been told since. */
  get edition(): number {
    return this.#answer?.edition ?? this.#edition;
  }

  call<T = undefined>(verb: Verb, args: readonly number[], input?: Input, read: Read<T> = nothing as Read<never>): T {
    if (this.#dead) throw this.#dead;
    if (verb === 'construct') return this.#checker.call(verb, [this.#checked.get(args[0]!)!, ...args.slice(1)], input, read);
    if (verb === 'rows') return this.#rowsOf(args[0]!, args[1]!, input as Uint32Array) as T;
    const outcome = this.#answer?.next(verb) ?? this.#told(verb, args);
    if (outcome) return this.#read(verb, outcome, read);
    if (verb === 'sync' && args[1] === SYNC_CALLS) return this.#calls(args[0]!) as T;
    const sent = SENT.has(verb) || (verb === 'sync' && args[1] !== SYNC_BEGIN && this.#standing.has(args[0]!));
    if (!sent) throw this.#ask({ verb, args, input: given(input) }, false);
    if (verb === 'unlive') this.#lives.delete(args[0]!);
    this.#post({ kind: 'send', verb, args });
    return undefined as T;
  }

  callLater<T = undefined>(
    verb: Verb, args: readonly number[], input?: Input, read: Read<T> = nothing as Read<never>, durability = 0,
  ): Promise<T> {
    const outcome = verb === 'peek' && this.#answer?.next(verb); // it follows a get, which it came along with
    if (outcome) return Promise.resolve(readOutcome(outcome, read));
    if (verb === 'open') return this.#open(input as { name: string }) as Promise<T>;
    if (verb === 'close') this.#uncheck(args[0]!);
    if (verb === 'destroy' || verb === 'repair') this.#beside.refresh((input as { name: string }).name);
    return this.#later(verb, args, input, read, durability);
  }

  nudge(verb: 'wake' | 'hurry', store: number): void {
    if (this.#dead) return;
    this.#post({ kind: 'nudge', verb, store, view: document.visibilityState });
    this.#beside.flush(); // there may be no other turn
  }

  /** Ends it: what is under way fails, and whoever started it is told. */
  die(why: string, cause?: unknown): void {
    if (this.#dead) return;
    const dead = new kit.GranaryError('RUNTIME_EXITED', why, { cause });
    this.#dead = dead;
    queueMicrotask(() => {
      const unknown = new kit.GranaryError('UNKNOWN_OUTCOME', `${why}; look whether the change is there`, { cause: dead });
      for (const { verb, fail } of this.#pending.values()) fail(READING.test(verb) ? dead : unknown);
      for (const { verb, reject } of this.#waiting.values()) if (!(verb in ENDS) || verb === 'begin') reject(dead); // the others are asked anew
      this.#pending.clear();
      this.#waiting.clear();
      this.listeners.clear();
      this.#beside.end();
      this.#onCrash(dead, this.#checker.compiled);
    });
  }

  /** Opens a store, and one in the memory of the page that checks its records. */
  async #open(opening: { name: string }): Promise<Opened> {
    const { name } = opening;
    const refresh = () => this.#beside.refresh(name);
    const timer = setInterval(refresh, REFRESH_EVERY); // for the engine looks more than once before it says that something is lost
    refresh();
    const opened = await this.#later('open', [], opening, json).finally(() => clearInterval(timer)) as Opened;
    const checked = await this.#checker.callLater('open', [], { name, schema: opened.schema, storage: 'memory', strict: false }, json) as Opened;
    this.#checked.set(opened.store, checked.store);
    return opened;
  }

  #uncheck(store: number): void {
    const checked = this.#checked.get(store);
    if (checked && !this.#checker.dead) this.#checker.callLater('close', [checked]).catch(() => {});
    this.#checked.delete(store);
    this.#standing.delete(store);
    this.#news.delete(store);
  }

  #later<T>(verb: Verb, args: readonly number[], input: Input, read: Read<T>, durability = 0): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#dead) throw this.#dead;
      const id = this.#number++;
      const finish = (outcome: Outcome) => {
        try {
          resolve(readOutcome(outcome, read));
        } catch (error) {
          reject(error);
        }
      };
      this.#pending.set(id, { verb, finish, fail: reject });
      if (!READING.test(verb)) this.#edition++;
      this.#post({ kind: 'later', id, verb, args, input: given(input), durability });
    });
  }

  /** Posts a call that is answered at once there, and gives what whoever makes it must throw. */
  #ask({ verb, args, input }: Question, all: boolean): NotLoaded {
    const id = this.#number++;
    this.#post({ kind: 'ask', id, verb, args, input, all });
    return new kit.NotLoaded(new Promise((resolve, reject) => {
      this.#waiting.set(id, { verb, args, input, edition: this.#edition, resolve, reject });
    }));
  }

  #read<T>(verb: Verb, outcome: Outcome, read: Read<T>): T {
    const answer = readOutcome(outcome, read);
    if (verb === 'live' || verb === 'live_groups') this.#lives.add(readBytes(outcome.bytes!, numbers)[0]!);
    return answer;
  }

  /** The rows that came with the answer that a verb is reading. Of those that the page has dropped since it was sent them, the worker does not know that. */
  #rowsOf(store: number, model: number, wanted: Uint32Array): () => unknown[] {
    const rows = (this.#answer?.rows ?? this.#rows.get(store))?.of(model, wanted);
    let next = 0;
    if (rows) return () => rows[next++]!;
    if (this.#answer) throw this.#ask(this.#answer.question, true);
    throw new kit.GranaryError('INTERNAL', 'the worker has not sent the rows of an answer');
  }

  /** What the worker has told without being asked, when that is asked for. */
  #told(verb: Verb, [number, what]: readonly number[]): Outcome | undefined {
    const news = this.#news.get(number!);
    if (verb === 'events') return news?.events ?? { bytes: new TextEncoder().encode('[]') };
    if (verb === 'news') return { bytes: this.#changed(news) };
    if (verb === 'groups') return [...this.#news.values()].flatMap(({ groups }) => groups).find(([live]) => live === number)?.[1];
    const standing = verb === 'sync' ? this.#standing.get(number!) : undefined;
    return what === SYNC_STATUS ? standing?.status : what === SYNC_BOX ? standing?.box : undefined;
  }

  /** What news says of the live queries that the page still follows. */
  #changed(news: News | undefined): Bytes {
    const parts = (news?.changed ?? []).filter(([live]) => this.#lives.has(live)).map(([, bytes]) => bytes);
    const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  /** What the sync of a store wants of the page. */
  #calls(store: number): unknown[] {
    return this.#standing.get(store)?.calls.splice(0) ?? [];
  }

  /** Takes in a message of the worker. The rows of the one before were used by now, or nobody wants them. */
  #take(message: readonly Told[]): void {
    this.#rows.clear();
    for (const told of message) {
      if (told.kind === 'changed') this.#edition++;
      else if (told.kind === 'answered') this.#answered(told);
      else if (told.kind === 'settled') this.#settled(told);
      else if (told.kind === 'news') this.#hear(told);
      else if (told.kind === 'sync') this.#synced(told);
      else if (told.kind === 'event') this.#event(told);
      else if (told.kind === 'crashed') this.die(told.message);
    }
  }

  #answered({ id, answers: outcomes, rows }: Of<'answered'>): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (!waiting) return;
    const { verb, args, input, edition } = waiting;
    waiting.resolve((run) => this.#run(run, new Answer({ verb, args, input }, outcomes, new ReceivedRows(rows), edition)));
  }

  /** Runs a verb on the answer that has come for it, and ends what was begun by that if nobody wants it any more. */
  #run<T>(verb: () => T, answer: Answer): T {
    const outer = this.#answer;
    this.#answer = answer;
    try {
      return verb();
    } finally {
      this.#answer = outer;
      const ends = ENDS[answer.question.verb];
      const outcome = ends && answer.next(answer.question.verb);
      if (outcome?.bytes && !this.#dead) this.#post({ kind: 'send', verb: ends!, args: [readBytes(outcome.bytes, numbers)[0]!] });
    }
  }

  #settled({ id, outcome, store, rows }: Of<'settled'>): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    this.#receive(store, rows);
    const ended = outcome.error?.code === 'CLOSED' && this.#ended.get(store);
    if (ended) pending?.fail(ended);
    else pending?.finish(outcome);
  }

  #hear(news: News): void {
    this.#receive(news.store, news.rows);
    this.#news.set(news.store, news);
    this.listeners.get(news.store)?.();
  }

  #receive(store: number, rows: readonly Rows[]): void {
    const present = this.#rows.get(store);
    if (present) present.add(rows);
    else this.#rows.set(store, new ReceivedRows(rows));
  }

  #synced({ store, status, box, calls }: Of<'sync'>): void {
    const wanted = calls ? readBytes(calls, json) as unknown[] : [];
    this.#standing.set(store, { status, box, calls: [...this.#calls(store), ...wanted] });
    if (calls) this.listeners.get(-store)?.();
  }

  #event({ handle, event, error }: Of<'event'>): void {
    const whole = { ...event, ...(error && { error: kit.engineError(error) }) } as StoreEvent;
    (this.listeners.get(handle!) ?? kit.tell)(whole);
    if (handle === undefined) return;
    this.#uncheck(handle);
    this.#ended.set(handle, (whole as { error: GranaryError }).error);
  }

  #post(asked: Asked): void {
    this.#beside.post(asked);
  }
}

/** Input in the form in which it crosses: bytes are copied, for they belong to somebody. */
function given(input: Input): Given {
  if (input === undefined || typeof input === 'string') return input;
  if (!ArrayBuffer.isView(input)) {
    const texts = jsonTexts(input);
    if (texts.length === 1) return texts[0];
    let into!: Bytes;
    encodeTexts(texts, (bytes) => (into = new Uint8Array(bytes)));
    return into;
  }
  return new Uint8Array(input.buffer as ArrayBuffer, input.byteOffset, input.byteLength).slice();
}
