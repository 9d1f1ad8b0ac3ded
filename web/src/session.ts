import type { PredicateJSON } from './condition.js';
import { ErrorCode, GranaryError, stopped } from './errors.js';
import type { Host } from './engines.js';
import { silence, tell } from './events.js';
import { Feeds, type ReadItems } from './feeds.js';
import { IdentityMap } from './identity.js';
import { type IncludeJSON, readTree } from './include.js';
import type { Feed } from './live.js';
import { keyOf } from './key.js';
import { ROWS_PER_FETCH } from './limits.js';
import { Binding, bindingOfInstance } from './model.js';
import type { Observer } from './observable.js';
import type { Message, MessageJSON } from './observe.js';
import { attend } from './page-life.js';
import { interrupted } from './loading.js';
import { found, json, numbers, packed, type Read } from './reading.js';
import type { PendingMigration } from './migration-types.js';
import type { Calls, Input, Verb } from './runtime.js';
import type { Within } from './late/within.js';
import { farOf, Graph, type CompiledSchema, type Model, type Relation } from './schema.js';

type Values = Record<string, unknown>;

/** What the engine answered to opening a store. */
export interface Opened {
  readonly store: number;
  readonly storage: 'indexeddb' | 'memory';
  readonly schema: CompiledSchema;
  /** What is to be done before the store is open. */
  readonly migration?: PendingMigration;
}

/** What the engine is told to open a store. */
export interface Opening {
  readonly name: string;
  readonly storage: Opened['storage'] | undefined;
  readonly schema: unknown;
  readonly strict: boolean;
}

/** One record to save. */
export interface Entry {
  readonly model: Model;
  /** The values of all fields, in the order of the schema. */
  readonly values: readonly unknown[];
  /** The names of the fields that were edited; null for a record that is new as a whole. */
  readonly changed: readonly string[] | null;
  readonly condition: PredicateJSON | null;
}

/** What came of a commit of records. */
export interface Saved {
  readonly version: number;
  readonly answer: Uint32Array;
}

/** A record as the engine reads it: four lines. */
export function lines({ model, values, changed, condition }: Entry): string {
  const line = (value: unknown) => (value === null ? '' : JSON.stringify(value));
  return `${model.index}\n${JSON.stringify(values)}\n${line(changed)}\n${line(condition)}\n`;
}

/** A request about a model, as the engine reads it. */
export const about = ({ name }: Model, request: object): object => ({ model: name, ...request });

const NUMBERS_PER_RECORD = 2;

/** How many records are remembered by name until those that are gone are forgotten. */
const FORMER_PER_SWEEP = 1024;

/** How many answers are remembered, and of questions of how many characters. */
const MOST_ANSWERS = 4096;
const LONGEST_QUESTION = 1000;
/** How many answers with their records are held when nobody else has them, and for how many milliseconds at most. */
const MOST_HELD = 16_384;
const HELD_FOR = 5000;

/** What a record is known by among those of its model. */
const nameOf = (model: Model, record: object): string => JSON.stringify(keyOf(model, record));

/** One open store seen from the page: calls of the engine as records in and records out. */
export class Session {
  readonly name: string;
  readonly storage: Opened['storage'];
  readonly graph: Graph;
  readonly bindings: ReadonlyMap<string, Binding>;
  /** Called when it is closed, and when it ends. */
  readonly leave: (() => void)[];
  readonly #opening: Opening;
  readonly #feeds: Feeds;
  readonly #identities = new Map<Model, IdentityMap>();
  /** Records of rows that had no number here, or had it in the engine before one that stopped, by model and key. */
  readonly #former = new Map<Model, Map<string, WeakRef<object>>>();
  /** What was answered since records last changed, by question. */
  #answers = new Map<string, WeakRef<object>>();
  /** Those of late, for a page that asks again soon: what is held weakly can be gone at once. */
  #held: object[] = [];
  #large: object[] = []; // the last with very many records, beside the others
  #size = 0; // of those, and of the records in them
  #releasing: ReturnType<typeof setTimeout> | undefined;
  #edition: number | undefined;
  #engine: Calls;
  #store: number;
  #epoch: number | undefined;
  /** Settles when another engine has taken the place of one that crashed. */
  #reviving: Promise<void> | undefined;
  #ended: GranaryError | undefined;
  #closing: Promise<void> | undefined;

  constructor(host: Host, engine: Calls, opening: Opening, opened: Opened) {
    this.#engine = engine;
    this.#store = opened.store;
    this.#opening = opening;
    this.leave = [host.carry(this), attend(this)];
    this.name = opening.name;
    this.storage = opened.storage;
    this.#feeds = new Feeds(engine, opened.store);
    this.#listen();
    this.graph = new Graph(opened.schema);
    this.bindings = new Map([...this.graph.models].map(([key, model]) => [key, new Binding(this, model)]));
  }

  /** Hears of news, and with which event the store has ended by itself. */
  #listen(): void {
    this.#engine.listeners.set(this.#store, (event) => {
      if (!event) return this.#feeds.soon();
      tell(event, this);
      queueMicrotask(() => this.end((event as { error: GranaryError }).error));
    });
  }

  /** The store that a session is about; a transaction stands in for it. */
  get root(): Session {
    return this;
  }

  /** A binding whose calls go through this. */
  bound(binding: Binding): Binding {
    return binding;
  }

  /** Saves within a transaction; a store itself has no such thing. */
  declare readonly saveWithin?: Within['saveWithin'];

  /** Is called when another engine has taken the place of one that crashed. */
  declare onRevived?: () => void;

  /** The binding of an instance of one of this store's models, or undefined. */
  bindingOf(value: unknown): Binding | undefined {
    const binding = bindingOfInstance(value);
    return binding?.session === this ? binding : undefined;
  }

  /** Throws when the store takes no calls; while it has no engine, in such a way that who is patient may call again. */
  ready(): void {
    this.#open();
    const { dead } = this.#engine;
    if (dead) throw interrupted(dead, this.#reviving ?? Promise.resolve());
  }

  /** Throws when the store has ended; while it has no engine it may still be followed. */
  #open(): void {
    if (this.#ended) throw this.#ended;
    if (this.#closing) throw new GranaryError(ErrorCode.Closed, `the store ${this.name} was closed; open it again`);
  }

  /** The row that the engine makes of the values of a new record. */
  construct(model: Model, values: Values): Values {
    return this.ask('construct', [model.index], values, json) as Values;
  }

  /**
   * Saves, in one commit. Resolves when it is durable with the version that it gave
   * the rows it changed, and the epoch with row and present version of each record;
   * with nothing when the engine has stopped since, and they mean nothing.
   */
  async save(entries: readonly Entry[], durability?: number): Promise<Saved | undefined> {
    const engine = this.#engine;
    const numbered = await this.later('save', [], entries.map(lines).join(''), numbers, durability);
    if (engine.dead) return undefined;
    return { version: numbered[0]!, answer: numbered.subarray(1) };
  }

  /** Saves records that are new as a whole, given as their values, in one commit; resolves when it is durable. */
  async insert(model: Model, rows: readonly (readonly unknown[])[], durability?: number): Promise<void> {
    await this.later('insert', [model.index], rows, undefined, durability);
  }

  /** Makes a record that the page has the one that stands for the row at a position of an answer. */
  stand(model: Model, answer: Uint32Array, at: number, record: object): void {
    this.#enter(answer[0]!);
    this.#identity(model).set(answer[1 + at * NUMBERS_PER_RECORD]!, answer[2 + at * NUMBERS_PER_RECORD]!, record);
  }

  /** Deletes, in one commit; resolves with the records of the model that a single request matched when it is durable. */
  async delete(model: Model, requests: readonly object[], durability?: number): Promise<object[]> {
    const rows = await this.later('delete', [], requests, json, durability) as Values[];
    const binding = this.#binding(model);
    return rows.map((row) => binding.adopt(row));
  }

  /** Connects records, or parts them; resolves when it is durable. */
  async connect(model: Model, relation: Relation, request: object): Promise<void> {
    await this.later('connect', [model.index, relation.index], request);
  }

  /** Begins a transaction, or takes up the one of that number; gives what late/within.ts makes one of. */
  begin(number = this.ask('begin', [], undefined, numbers)[0]!): [engine: Calls, number: number, store: number] {
    return [this.#engine, number, this.#store];
  }

  query(model: Model, request: object): object[] {
    return this.#records(model, 'query', [], about(model, request));
  }

  /** The answer to a query with relations, as include.ts reads it. */
  tree(model: Model, request: object): Uint32Array {
    return this.ask('query', [], about(model, request), numbers);
  }

  /** Tells of what commits do; gives what ends that. */
  observe(request: object, observer: Observer<Message<object>>): () => void {
    this.#open();
    const next = (message: MessageJSON) => observer.next(this.#message(message));
    return this.#feeds.observe(request, { ...observer, next });
  }

  #message({ observer, model, element, before, ref: [epoch, row, version], ...rest }: MessageJSON): Message<object> {
    const binding = this.bindings.get(model)!;
    this.#enter(epoch);
    const identity = this.#identity(binding.model);
    const record = identity.get(row, version) ?? this.#formerly(binding.model, binding.stored(binding.plan.values(element)));
    if (version >= (identity.versionOf(row) ?? 1)) identity.set(row, version, record);
    Object.freeze(record);
    return Object.freeze({ ...rest, model: binding.Class, element: record, before: before && binding.adopt(before) }) as unknown as Message<object>;
  }

  /** Follows the answer to a query, or to a question for groups; gives what ends that. */
  live(model: Model, request: { readonly include?: readonly IncludeJSON[]; readonly by?: unknown }, feed: Feed): () => void {
    this.#open();
    const read: ReadItems = (answer, at, count) => {
      if (request.include?.length) return readTree(this, model, request.include, answer, at);
      const end = at + 1 + NUMBERS_PER_RECORD * count;
      return [this.recordsOf(model, answer.subarray(at, end)) as object[], end];
    };
    return this.#feeds.open(about(model, request), feed, request.by ? undefined : read);
  }

  count(model: Model, request: object): number {
    return (this.ask('count', [], about(model, request), json) as { count: number }).count;
  }

  /** The groups that one of the verbs asks for, by its number. */
  groups(model: Model, verb: number, request: object): unknown {
    return this.ask('group', [verb], about(model, request), json);
  }

  /** The record with a key. Its model need not be in memory, and does not come there. */
  get(model: Model, key: readonly unknown[]): object | undefined | Promise<object | undefined> {
    const answers = this.#known();
    const text = JSON.stringify(key);
    const question = model.index + text;
    const known = answers.get(question)?.deref();
    if (known) return known;
    const [answer, values] = this.ask('get', [model.index, 1], text, found);
    if (answer.length > 0) return this.#keep(answers, question, this.recordsOf(model, answer, values)[0]);
    return this.#peek(model, text).then((record) => this.#keep(answers, question, record));
  }

  async #peek(model: Model, key: string): Promise<object | undefined> {
    const values = await this.later('peek', [model.index], key, json) as unknown[] | null;
    return values ? this.#remember(model, Object.freeze(this.#formerly(model, this.#binding(model).stored(values)))) : undefined;
  }

  related(model: Model, relation: Relation, values: readonly unknown[]): object[] {
    return this.#records(farOf(relation), 'related', [model.index, relation.index], values);
  }

  /** Answers a question for records, as before while nothing has changed. */
  #records(model: Model, verb: Verb, args: readonly number[], input: object): object[] {
    const answers = this.#known();
    const text = JSON.stringify(input);
    const question = verb + args + text;
    let records = answers.get(question)?.deref() as object[] | undefined;
    if (!records) {
      records = this.recordsOf(model, this.ask(verb, args, text, numbers)) as object[];
      if (text.length < LONGEST_QUESTION) this.#keep(answers, question, records, records.length);
    }
    return records.slice(); // whoever asks may change it
  }

  /** The answers that are good still. */
  #known(): Map<string, WeakRef<object>> {
    this.ready();
    const { edition } = this.#engine;
    if (edition !== this.#edition || this.#answers.size >= MOST_ANSWERS) {
      this.#answers = new Map();
      this.#edition = edition;
    }
    return this.#answers;
  }

  /** Remembers an answer while somebody has it, and for a while in any case. */
  #keep<T extends object | undefined>(answers: Map<string, WeakRef<object>>, question: string, answer: T, records = 1): T {
    if (!answer) return answer;
    answers.set(question, new WeakRef(answer));
    this.#releasing ??= setTimeout(() => this.#release(), HELD_FOR);
    if (records > MOST_HELD) this.#large[0] = answer;
    else {
      this.#held.push(answer);
      this.#size += 1 + records;
      if (this.#size > MOST_HELD) this.#release();
    }
    return answer;
  }

  #release(): void {
    clearTimeout(this.#releasing);
    this.#releasing = undefined;
    this.#held = [];
    this.#large = [];
    this.#size = 0;
  }

  /** Closes the store; calls from now on fail with CLOSED. Closing again waits for the first. */
  close(): Promise<void> {
    this.#part();
    silence(this);
    return (this.#closing ??= this.#ended ? Promise.resolve() : this.#reviving ?? this.#close());
  }

  /** A store whose engine stops meanwhile is closed, too. */
  async #close(): Promise<void> {
    const engine = this.#engine;
    await engine.callLater('close', [this.#store]).catch((error: unknown) => {
      if (!engine.dead) throw error;
    });
  }

  /** Gives the store up: every call from now on fails with this. */
  end(error: GranaryError): void {
    this.#ended = error;
    this.#reviving = undefined;
    this.#part(error);
  }

  /** Lets go of all that follows the store or that it follows. */
  #part(error?: GranaryError): void {
    this.#release();
    for (const leave of this.leave) leave();
    this.#engine.listeners.delete(this.#store);
    this.#feeds.end(error);
  }

  /** Goes on with another engine in place of one that crashed. What is in memory cannot. */
  revive(next: Promise<Calls>, crash: GranaryError): void {
    if (this.storage === 'memory') {
      return this.end(stopped(`${crash.message}; what the store ${this.name} had in memory is gone; open it again`, crash));
    }
    const superseded = () => this.#reviving !== reviving;
    const revived = async () => {
      const engine = await next;
      const opened = await engine.callLater('open', [], { ...this.#opening, storage: this.storage }, json) as Opened;
      if (superseded()) return;
      this.#reviving = undefined;
      this.#engine = engine;
      this.#store = opened.store;
      for (const [model, identity] of this.#identities) {
        for (const record of identity.alive()) this.#remember(model, record);
      }
      this.#enter(-1);
      if (this.#closing) return this.#close();
      this.#listen();
      this.#feeds.revive(engine, opened.store);
      this.onRevived?.();
      tell({ type: 'ENGINE_RESTARTED', store: this.name, error: crash });
    };
    const reviving = revived().catch((error: GranaryError) => {
      if (!superseded()) this.end(error);
    });
    this.#reviving = reviving;
  }

  /** Lets the engine know that the page is about to go, or has come back. */
  nudge(verb: 'wake' | 'hurry'): void {
    this.#engine.nudge(verb, this.#store);
  }

  /** Makes a call about this store that is answered at once. */
  ask<T>(verb: Verb, args: readonly number[], input: Input, read: Read<T>): T {
    this.ready();
    return this.#engine.call(verb, [this.#store, ...args], input, read);
  }

  /** Makes a call about this store that ends later; of a commit, as durable as that. */
  async later<T = undefined>(verb: Verb, args: readonly number[] = [], input?: Input, read?: Read<T>, durability?: number): Promise<T> {
    this.ready();
    return this.#engine.callLater(verb, [this.#store, ...args], input, read, durability);
  }

  /**
   * Turns an epoch and pairs of row and version into records, and fetches those
   * that the page lacks, unless their values came along. A pair of version 0 stands for no record.
   */
  recordsOf(model: Model, answer: Uint32Array, values?: () => unknown[]): (object | undefined)[] {
    this.#enter(answer[0]!);
    const identity = this.#identity(model);
    const records = new Array<object | undefined>((answer.length - 1) / NUMBERS_PER_RECORD);
    let lacking: number[] = []; // positions in records
    const fetch = () => {
      const rows = Uint32Array.from(lacking, (i) => answer[1 + i * NUMBERS_PER_RECORD]!);
      const next = values ?? this.#engine.call('rows', [this.#store, model.index], rows, packed);
      for (const i of lacking) {
        const row = answer[1 + i * NUMBERS_PER_RECORD]!;
        const version = answer[2 + i * NUMBERS_PER_RECORD]!;
        const stored = next();
        let record = identity.get(row, version); // there already when a row is answered twice
        if (!record) {
          record = this.#formerly(model, this.#binding(model).stored(stored));
          identity.set(row, version, record);
          Object.freeze(record);
        }
        records[i] = record;
      }
      lacking = [];
    };
    for (let i = 0; i < records.length; i++) {
      const version = answer[2 + i * NUMBERS_PER_RECORD]!;
      records[i] = identity.get(answer[1 + i * NUMBERS_PER_RECORD]!, version);
      if (!records[i] && version !== 0 && lacking.push(i) === ROWS_PER_FETCH) fetch();
    }
    if (lacking.length > 0) fetch();
    return records;
  }

  /** The record that the page had before, if it is the same as this one. */
  #formerly(model: Model, record: object): object {
    const former = this.#former.get(model)?.get(nameOf(model, record))?.deref();
    return former && JSON.stringify(former) === JSON.stringify(record) ? former : record;
  }

  /** Has a record whose row has no number stay the same object once it has one. */
  #remember(model: Model, record: object): object {
    let all = this.#former.get(model);
    if (!all) this.#former.set(model, (all = new Map()));
    if (all.size % FORMER_PER_SWEEP === 0) for (const [name, former] of all) if (!former.deref()) all.delete(name);
    all.set(nameOf(model, record), new WeakRef(record));
    return record;
  }

  /** Row numbers of another epoch mean other rows. */
  #enter(epoch: number): void {
    if (epoch === this.#epoch) return;
    this.#identities.clear();
    this.#answers.clear();
    this.#epoch = epoch;
  }

  #identity(model: Model): IdentityMap {
    let identity = this.#identities.get(model);
    if (!identity) this.#identities.set(model, (identity = new IdentityMap()));
    return identity;
  }

  #binding(model: Model): Binding {
    return this.bindings.get(model.name)!;
  }
}
