import { isObject } from './checks.js';
import { canonicalValues, foreignKey } from './construct.js';
import { invalid } from './errors.js';
import { whyNotJSON } from './json.js';
import type { Binding } from './model.js';
import { unknownMember } from './schema.js';

/** What an edit came to: the new values in slot order, the fields that differ, the instances given. */
export interface Edit {
  readonly values: unknown[];
  readonly changed: readonly string[];
  readonly related: ReadonlyMap<string, object | null>;
}

type Values = Record<string, unknown>;

/** A copy that is being edited. */
interface Draft {
  readonly values: Values;
  /** The instances that were given for relations. */
  readonly related: Map<string, object | null>;
  /** Fields that were written, or whose value is an object that was handed out. */
  readonly touched: Set<string>;
}

/**
 * Lets a recipe change a copy of a record and says what it changed; undefined when
 * that is nothing. The source is not touched. The draft dies with the recipe.
 */
export function edit(binding: Binding, source: Values, recipe: (draft: never) => unknown): Edit | undefined {
  const values = Object.create(null) as Values;
  for (const { name } of binding.plan.slots) values[name] = source[name];
  const draft = { values, related: new Map<string, object | null>(), touched: new Set<string>() };
  const { proxy, revoke } = Proxy.revocable(values, traps(binding, source, draft));
  try {
    const result = recipe(proxy as never);
    if (typeof (result as { then?: unknown } | undefined)?.then === 'function') {
      throw invalid('the callback must not be async', 'copyOf', binding.model);
    }
  } finally {
    revoke();
  }
  return outcome(binding, source, draft);
}

/** How the members of a draft are read and written. */
function traps(binding: Binding, source: Values, { values, related, touched }: Draft): ProxyHandler<Values> {
  const { plan: { slots, slotOf }, model } = binding;
  const get = (_: Values, name: string | symbol): unknown => {
    if (typeof name === 'symbol') return undefined;
    const relation = model.relations.get(name);
    if (relation && related.has(name)) return Promise.resolve(related.get(name) ?? undefined);
    if (relation) {
      const kept = relation.fields.every((field) => values[field] === source[field]);
      return binding.readRelation(relation, values, kept ? source : values);
    }
    if (!slotOf.has(name)) return Reflect.get(Object.prototype, name);
    const value = values[name];
    if (!isObject(value) || touched.has(name)) return value;
    touched.add(name);
    return (values[name] = structuredClone(value));
  };
  const set = (_: Values, name: string | symbol, value: unknown = null): boolean => {
    const relation = model.relations.get(name as string);
    if (relation) {
      const key = foreignKey(binding, relation, value);
      for (const [i, field] of relation.fields.entries()) set(values, field, key[i]);
      related.set(relation.name, value as object | null);
      return true;
    }
    const slot = slots[slotOf.get(name as string) ?? -1];
    if (!slot) throw unknownMember('copyOf', model, String(name));
    const refuse = (message: string) => invalid(message, 'copyOf', model, slot.name);
    if (slot.key && value !== source[slot.name]) throw refuse(KEY_IS_FIXED);
    if (slot.readOnly && value !== source[slot.name]) throw refuse('is read-only: the store sets it');
    touched.add(slot.name);
    values[slot.name] = value;
    return true;
  };
  return { get, set, defineProperty: (_, name, { value }) => set(_, name, value), deleteProperty: set };
}

/** What an edit came to. */
function outcome(binding: Binding, source: Values, { values: after, related, touched }: Draft): Edit | undefined {
  const { slots, requiredKeys } = binding.plan;
  const edited = slots.filter(({ name }) => {
    if (source[name] === after[name] || !touched.has(name)) return false;
    const why = whyNotJSON(after[name]);
    if (why) throw invalid(why, 'copyOf', binding.model, name);
    return JSON.stringify(source[name]) !== JSON.stringify(after[name]);
  });
  if (edited.length === 0) return undefined;
  let values = slots.map((slot) => (edited.includes(slot) ? after : source)[slot.name]);
  const doubtful = edited.some(({ name, required, check }) => (after[name] === null ? required : !check(after[name])))
    || requiredKeys.some((key) => key.some((at) => values[at] === null));
  if (doubtful) { // read-only values are the store's and not judged again
    const made = canonicalValues(binding, values.map((v, i) => (slots[i]!.readOnly ? undefined : v)));
    values = values.map((v, i) => (slots[i]!.readOnly ? v : made[i]));
  }
  return { values, changed: edited.map(({ name }) => name), related };
}

const KEY_IS_FIXED = 'is part of the key, which names the record for good; make a new record instead';
