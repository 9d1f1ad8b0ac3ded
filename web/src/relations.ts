import { wholeNumber } from './checks.js';
import { Instance } from './instance.js';
import type { Binding } from './model.js';
import type { Collection } from './model-types.js';
import { whenLoaded } from './loading.js';
import { late } from './load-late.js';
import type { Model, Relation } from './schema.js';
import { placeOf } from './origin.js';

type Values = Record<string, unknown>;

/** The related record of a to-one relation: the instance it was given while fresh, else what the store holds now. */
export async function relatedRecord(
  binding: Binding, relation: Relation, values: Values, fresh: object,
): Promise<object | undefined> {
  return Instance.relatedIn(fresh)?.get(relation.name) ?? (await whenLoaded(() => load(binding, relation, values)))[0];
}

/** The related records of a to-many relation, read from the store each time they are asked for. */
export class RelatedRecords implements Collection<object, object> {
  readonly add: (others: unknown) => Promise<void>;
  readonly remove: (others: unknown) => Promise<void>;
  readonly #load: () => Promise<object[]>;
  readonly #place: [Model, string];

  constructor(binding: Binding, relation: Relation, values: Values) {
    this.#load = () => whenLoaded(() => load(binding, relation, values));
    const connected = (op: 'add' | 'remove') => (others: unknown) => late('connect', op, binding, relation, values, others);
    this.add = connected('add');
    this.remove = connected('remove');
    this.#place = [binding.model, relation.name];
  }

  async toArray(options: { readonly max?: number } = {}): Promise<object[]> {
    const { max } = options;
    if (max !== undefined) wholeNumber('max', max, 'toArray', ...this.#place);
    const records = await this.#load();
    return max === undefined ? records : records.slice(0, max);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<object, void, undefined> {
    yield* await this.#load();
  }
}

/** Follows a relation in the store. A key with a null part leads nowhere. */
function load({ session, model }: Binding, relation: Relation, values: Values): object[] {
  const key = relation.fields.map((name) => values[name] ?? null);
  if (!key.includes(null)) return placeOf(values, session).related(model, relation, key);
  session.ready();
  return [];
}
