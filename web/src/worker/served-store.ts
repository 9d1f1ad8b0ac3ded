import type { ErrorJSON } from '../errors.js';
import { GranaryError } from '../errors.js';
import { numbers, type Read } from '../reading.js';
import type { Engine, Input, Verb } from '../runtime.js';
import { farOf, Graph, type CompiledSchema } from '../schema.js';
import { changes, flat, tree, type Named, type Question } from './answers.js';
import { KnownRows } from './known-rows.js';
import type { Bytes, Given, News, Outcome, Rows } from './protocol.js';

/** The answer as bytes of its own. */
export const bytes: Read<Bytes> = (memory, address, length) => memory.view(address, length).slice();

/** As the engine numbers what sync can be asked; late/sync/syncing.ts has the same list. */
const SYNC_STATUS = 1;
const SYNC_BOX = 2;
const SYNC_CALLS = 3;

/** Lines that stand for one record of a save; the first is its model, the third what was edited. */
const LINES = 4;
const EDITED = 2;

/** An open store in the worker: what its page has, and what it follows. */
export class ServedStore {
  readonly #engine: Engine;
  readonly #store: number;
  readonly #graph: Graph;
  readonly #known: KnownRows;
  /** What each live query asks; groups have no rows. */
  readonly #lives = new Map<number, Question>();
  readonly #observers = new Set<number>();
  #syncs = false;
  #status = '';

  constructor(engine: Engine, store: number, schema: CompiledSchema) {
    this.#engine = engine;
    this.#store = store;
    this.#graph = new Graph(schema);
    this.#known = new KnownRows((model, rows) => this.#call('rows', [store, model], rows));
  }

  /** Makes a call about this store; gives the answers of that and of the call that always follows it, and the rows that the page lacks. */
  ask(verb: Verb, args: readonly number[], input: Given, all: boolean): { answers: Outcome[]; rows: Rows[] } {
    const answer = this.#call(verb, args, input);
    const answers: Outcome[] = [{ bytes: answer }];
    const named = this.#named(verb, args, input, answer, answers);
    return { answers, rows: this.#known.lacking(named, all || verb === 'live') };
  }

  /** The rows that an answer names; and what else comes of the call. */
  #named(verb: Verb, args: readonly number[], input: Given, answer: Bytes, answers: Outcome[]): Named[] {
    const list = toNumbers(answer);
    const asked = (): Question => this.#question(input);
    switch (verb) {
      case 'get':
        if (list.length > 1) this.#known.has(args[1]!, list[0]!, list[1]!, list[2]!); // its values came along
        return [];
      case 'related':
        return flat(list, 0, this.#far(args[1]!, args[2]!));
      case 'query': {
        const { model, include } = asked();
        return include?.length ? tree(list, 0) : flat(list, 0, model);
      }
      case 'live': {
        const question = asked();
        this.#lives.set(list[0]!, question);
        return question.include?.length ? tree(list, 2) : flat(list, 2, question.model);
      }
      case 'live_groups':
        this.#lives.set(list[0]!, asked());
        answers.push(this.outcome('groups', [list[0]!]));
        return [];
      case 'observe':
        this.#observers.add(list[0]!);
        return [];
      case 'sync':
        this.#syncs = true;
        return [];
    }
    return [];
  }

  /** What a model is asked for, by its input. */
  #question(input: Given): Question {
    const { model, include } = JSON.parse(input as string) as { model: string; include?: Question['include'] };
    return { model: this.#graph.models.get(model)!.index, include };
  }

  #far(model: number, relation: number): number {
    const { relations } = [...this.#graph.models.values()][model]!;
    return farOf([...relations.values()][relation]!).index;
  }

  /** The rows that the page needs for the answer to a save; it has those that it gave and that are stored as they are. */
  saved(input: Given, answer: Bytes): Rows[] {
    const list = toNumbers(answer);
    const [version, epoch] = [list[0]!, list[1]!];
    const lines = (input as string).split('\n');
    const models = [...this.#graph.models.values()];
    const wanted = new Map<number, number[]>();
    for (let i = 0; 3 + 2 * i < list.length; i++) {
      const model = Number(lines[i * LINES]);
      const [row, present] = list.subarray(2 + 2 * i, 4 + 2 * i) as unknown as [number, number];
      const { createdAt, updatedAt } = models[model]!.definition;
      const whole = lines[i * LINES + EDITED] === '' && createdAt === null && updatedAt === null;
      if (whole && present === version) this.#known.has(model, epoch, row, present);
      else {
        const pairs = wanted.get(model) ?? [];
        wanted.set(model, pairs);
        pairs.push(row, present);
      }
    }
    return this.#known.lacking([...wanted].map(([model, pairs]) => ({ model, epoch, pairs: Uint32Array.from(pairs) })), true);
  }

  /** Forgets what the page follows no more. */
  unfollow(verb: Verb, number: number): void {
    if (verb === 'unlive') this.#lives.delete(number);
    else this.#observers.delete(number);
  }

  /** What observers and live queries are to be told of; undefined when nobody follows the store. */
  news(): News | undefined {
    const events = this.#observers.size > 0 ? this.outcome('events', [this.#store]) : undefined;
    if (this.#lives.size === 0) return events && { store: this.#store, events, changed: [], groups: [], rows: [] };
    const all = changes(this.#engine.call('news', [this.#store], undefined, numbers), this.#lives);
    return {
      store: this.#store,
      ...(events && { events }),
      changed: all.map(({ live, numbers: of }) => [live, new Uint8Array(of.buffer as ArrayBuffer)]),
      groups: all.filter(({ elsewhere }) => elsewhere).map(({ live }) => [live, this.outcome('groups', [live])]),
      rows: this.#known.lacking(all.flatMap(({ named }) => named), true),
    };
  }

  /** How the sync stands, when that is another than was last told, and what it wants of the page, when that is asked. */
  sync(calls: boolean): { store: number; calls?: Bytes; status: Outcome; box: Outcome } | undefined {
    if (!this.#syncs) return undefined;
    const status = this.#syncing(SYNC_STATUS);
    const text = status.bytes ? new TextDecoder().decode(status.bytes) : status.error!.code;
    if (!calls && text === this.#status) return undefined;
    this.#status = text;
    return {
      store: this.#store, status, box: this.#syncing(SYNC_BOX),
      ...(calls && { calls: this.#call('sync', [this.#store, SYNC_CALLS]) }),
    };
  }

  #syncing(verb: number): Outcome {
    return this.outcome('sync', [this.#store, verb]);
  }

  /** What a call comes to, an error too. */
  outcome(verb: Verb, args: readonly number[]): Outcome {
    try {
      return { bytes: this.#call(verb, args) };
    } catch (error) {
      return { error: errorJSON(error) };
    }
  }

  #call(verb: Verb, args: readonly number[], input?: Input): Bytes {
    return this.#engine.call(verb, args, input, bytes);
  }
}

/** An answer as numbers. */
function toNumbers(answer: Bytes): Uint32Array {
  return new Uint32Array(answer.buffer, 0, answer.length >> 2);
}

/** An error in the form in which the engine writes them. */
export function errorJSON(error: unknown): ErrorJSON {
  if (!(error instanceof GranaryError)) return { code: 'INTERNAL', message: String((error as Error)?.message ?? error) };
  const { code, message, op, model, field, details } = error;
  return { code, message, op, model, field, details };
}
