import type { Binding } from '../model.js';
import { json } from '../reading.js';
import type { Calls, Input } from '../runtime.js';
import { farOf, type Model, type Relation } from '../schema.js';
import { about, lines, type Entry, type Session } from '../session.js';
import { kit } from './kit.js';

type Values = Record<string, unknown>;

/** What the verbs ask of a session. */
type Verbs = Pick<Session,
  'root' | 'bindings' | 'bound' | 'ready' | 'insert' | 'delete' | 'query' | 'tree' | 'count' | 'groups' | 'get' | 'related' | 'connect'>;

/**
 * A transaction under way, which the verbs take for a session: it answers each
 * call within the transaction, with records that the page's identity map does not
 * know.
 */
export class Within implements Verbs {
  readonly root: Session;
  readonly bindings: Session['bindings'];
  /** Whether the transaction's function is running. */
  open = true;
  readonly #engine: Calls;
  readonly #number: number;
  readonly #saved: object[] = [];

  constructor(root: Session, [engine, number]: ReturnType<Session['begin']>) {
    this.root = root;
    this.#engine = engine;
    this.#number = number;
    this.bindings = new Map([...root.bindings].map(([name, binding]) => [name, Object.create(binding, { session: { value: this } })]));
  }

  /** This, as what the verbs take. */
  get session(): Session {
    return this as unknown as Session;
  }

  /** A binding whose calls stay within the transaction. */
  bound({ model }: Binding): Binding {
    return this.bindings.get(model.name)!;
  }

  /** A transaction does not outlive its engine. */
  ready(): void {
    if (this.#engine.dead) throw this.#engine.dead;
    this.root.ready();
  }

  /** Saves, and answers the records as they then are. */
  saveWithin(entries: readonly Entry[], records: readonly object[]): object[] {
    const rows = this.#call(0, entries[0]!.model, entries.map(lines).join('')) as Values[];
    this.#saved.push(...records);
    return rows.map((row, i) => this.#record(entries[i]!.model, row));
  }

  async insert(model: Model, rows: readonly unknown[]): Promise<void> {
    this.#call(1, model, rows);
  }

  async delete(model: Model, requests: readonly object[]): Promise<object[]> {
    return this.#records(2, model, requests);
  }

  query(model: Model, request: object): object[] {
    return this.#records(3, model, about(model, request));
  }

  count(model: Model, request: object): number {
    return (this.#call(4, model, about(model, request)) as { count: number }).count;
  }

  async get(model: Model, key: readonly unknown[]): Promise<object | undefined> {
    return this.#records(5, model, key)[0];
  }

  groups(model: Model, verb: number, request: object): unknown {
    return this.#call(8, model, about(model, request), verb);
  }

  /** Relations along with records are not to be had within a transaction. */
  tree(model: Model): never {
    throw kit.invalid('include cannot be used within a transaction; query the related model, or read the relation', 'query', model);
  }

  related(model: Model, relation: Relation, values: readonly unknown[]): object[] {
    return this.#records(6, model, values, relation);
  }

  async connect(model: Model, relation: Relation, request: object): Promise<void> {
    this.#call(7, model, request, relation.index);
  }

  /** Records as an older version of the app has stored them, within a migration. */
  old(name: string): unknown {
    return this.#engine.call('within', [this.#number, 9, 0, 0], JSON.stringify(name), json);
  }

  /** Ends the transaction with what it did; resolves when that is durable. */
  async commit(durability: number): Promise<void> {
    this.open = false;
    await this.#engine.callLater('commit', [this.#number], undefined, undefined, durability);
    this.#saved.forEach(kit.Instance.saved);
    await this.rollback();
  }

  /** Ends the transaction and forgets it. Rejects with CONFLICT when others have changed what it had read. */
  async rollback(): Promise<void> {
    this.open = false;
    await kit.whenLoaded(() => {
      if (!this.#engine.dead) this.#engine.call('rollback', [this.#number]);
    });
  }

  #records(verb: number, model: Model, input: Input, relation?: Relation): object[] {
    const of = relation ? farOf(relation) : model;
    return (this.#call(verb, model, input, relation?.index) as Values[]).map((row) => this.#record(of, row));
  }

  #record(model: Model, row: Values): object {
    const record = this.root.bindings.get(model.name)!.adopt(row);
    kit.origins.set(record, this);
    return record;
  }

  #call(verb: number, model: Model, input: Input, detail = 0): unknown {
    this.ready();
    return this.#engine.call('within', [this.#number, verb, model.index, detail], input, json);
  }
}
