import { isObject } from './checks.js';
import { canonicalValues, foreignKey } from './construct.js';
import { invalid, type GranaryError } from './errors.js';
import { whyNotJSON } from './json.js';
import type { Binding } from './model.js';
import { unknownMember, type Relation } from './schema.js';

/** What an edit came to: the new values in slot order, the fields that differ, the instances given. */
export interface Edit {
  readonly values: unknown[];
  readonly changed: readonly string[];
  readonly related: ReadonlyMap<string, object | null>;
}

/**
 * Lets a recipe change a copy of a record and says what it changed; undefined when
 * that is nothing. The source is not touched. The draft dies with the recipe.
 */
export function edit(binding: Binding, source: Record<string, unknown>, recipe: (draft: never) => unknown): Edit | undefined {
  const draft = new DraftView(binding, source);
  const { proxy, revoke } = Proxy.revocable(draft.values, draft);
  try {
    const result = recipe(proxy as never);
    if (typeof (result as { then?: unknown } | undefined)?.then === 'function') {
      throw invalid('the callback must not be async', 'copyOf', binding.model);
    }
  } finally {
    revoke();
  }
  return draft.finish();
}

type Values = Record<string, unknown>;

/** The traps behind a draft, and the fields that were written or may have been. */
class DraftView implements ProxyHandler<Values> {
  readonly values: Values = Object.create(null) as Values;
  readonly #binding: Binding;
  readonly #source: Values;
  readonly #related = new Map<string, object | null>();
  /** Fields whose value is an object that was handed out or put in. */
  readonly #touched = new Set<string>();

  constructor(binding: Binding, source: Values) {
    this.#binding = binding;
    this.#source = source;
    for (const { name } of binding.plan.slots) this.values[name] = source[name];
  }

  get(values: Values, name: string | symbol): unknown {
    if (typeof name === 'symbol') return undefined;
    const { plan, model } = this.#binding;
    if (plan.slotOf.has(name)) return this.#read(values, name);
    const relation = model.relations.get(name);
    if (relation) return this.#readRelation(relation, values);
    return Reflect.get(Object.prototype, name);
  }

  set(values: Values, name: string | symbol, value: unknown): boolean {
    const { plan, model } = this.#binding;
    const relation = model.relations.get(name as string);
    if (relation) return this.#writeRelation(relation, value);
    const slot = plan.slots[plan.slotOf.get(name as string) ?? -1];
    if (!slot) throw unknownMember('copyOf', model, String(name));
    const wanted = value ?? null;
    if (slot.key && wanted !== this.#source[slot.name]) throw this.#refuse(slot.name, KEY_IS_FIXED);
    if (slot.readOnly && wanted !== this.#source[slot.name]) throw this.#refuse(slot.name, 'is read-only: the store sets it');
    this.#touched.add(slot.name);
    values[slot.name] = wanted;
    return true;
  }

  defineProperty(values: Values, name: string | symbol, descriptor: PropertyDescriptor): boolean {
    return this.set(values, name, descriptor.value);
  }

  deleteProperty(values: Values, name: string | symbol): boolean {
    return this.set(values, name, null);
  }

  finish(): Edit | undefined {
    const { slots, requiredKeys } = this.#binding.plan;
    const edited = slots.filter(({ name }) => this.#differs(name));
    if (edited.length === 0) return undefined;
    const values = slots.map((slot) => (edited.includes(slot) ? this.values : this.#source)[slot.name]);
    const doubtful = edited.some(({ name, required, check }) => (this.values[name] === null ? required : !check(this.values[name])))
      || requiredKeys.some((key) => key.some((at) => values[at] === null));
    return { values: doubtful ? this.#canonical(values) : values, changed: edited.map(({ name }) => name), related: this.#related };
  }

  #read(values: Values, name: string): unknown {
    const value = values[name];
    if (!isObject(value) || this.#touched.has(name)) return value;
    this.#touched.add(name);
    return (values[name] = structuredClone(value));
  }

  #readRelation(relation: Relation, values: Values): unknown {
    if (this.#related.has(relation.name)) return Promise.resolve(this.#related.get(relation.name) ?? undefined);
    const kept = relation.fields.every((name) => values[name] === this.#source[name]);
    return this.#binding.readRelation(relation, values, kept ? this.#source : values);
  }

  #writeRelation(relation: Relation, value: unknown): boolean {
    const wanted = value ?? null;
    const key = foreignKey(this.#binding, relation, wanted);
    for (const [i, field] of relation.fields.entries()) this.set(this.values, field, key[i]);
    this.#related.set(relation.name, wanted as object | null);
    return true;
  }

  #differs(name: string): boolean {
    const before = this.#source[name];
    const after = this.values[name];
    if (before === after || !this.#touched.has(name)) return false;
    const why = whyNotJSON(after);
    if (why) throw this.#refuse(name, why);
    return JSON.stringify(before) !== JSON.stringify(after);
  }

  /** Read-only values are the store's and not judged again. */
  #canonical(values: readonly unknown[]): unknown[] {
    const { slots } = this.#binding.plan;
    const made = canonicalValues(this.#binding, values.map((v, i) => (slots[i]!.readOnly ? undefined : v)));
    return made.map((v, i) => (slots[i]!.readOnly ? values[i] : v));
  }

  #refuse(field: string, message: string): GranaryError {
    return invalid(message, 'copyOf', this.#binding.model, field);
  }
}

const KEY_IS_FIXED = 'is part of the key, which names the record for good; make a new record instead';
