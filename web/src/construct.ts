import { isObject } from './checks.js';
import { invalid } from './errors.js';
import { deepFreeze, whyNotJSON } from './json.js';
import type { Binding } from './model.js';
import { newId } from './random.js';
import { unknownMember, type Relation } from './schema.js';

/** What became of an init object: the values in slot order, and the instances given for relations. */
export interface Filled {
  readonly values: unknown[];
  readonly related: Map<string, object> | undefined;
}

/**
 * Turns what the caller gave into the values of a record. Plain values are taken
 * as they are; as soon as one is doubtful the engine makes the row, or the error.
 */
export function fillFrom(binding: Binding, init: unknown): Filled {
  const { model } = binding;
  if (!isRecord(init)) {
    throw invalid('give the fields as an object', '', model);
  }
  const { given, related } = collect(binding, init);
  const values = plainValues(binding, given) ?? canonicalValues(binding, given);
  return { values, related };
}

/** The values of a record, in slot order, from what its constructor takes. */
export function valuesOf(binding: Binding, init: unknown): readonly unknown[] {
  return (isRecord(init) && wholeValues(binding, init)) || fillFrom(binding, init).values;
}

/** The values when every member of init is a field and right beyond doubt, else undefined. */
function wholeValues(binding: Binding, init: Record<string, unknown>): unknown[] | undefined {
  const { slots } = binding.plan;
  const given = new Array<unknown>(slots.length);
  let others = Object.keys(init).length;
  for (let i = 0; i < slots.length; i++) {
    const value = init[slots[i]!.name];
    if (value !== undefined) others--;
    given[i] = value;
  }
  return others === 0 ? plainValues(binding, given, given) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return isObject(value) && !Array.isArray(value);
}

/** Sorts the members of init into slots; relations become their foreign keys. */
function collect(binding: Binding, init: Record<string, unknown>): { given: unknown[]; related: Filled['related'] } {
  const { model, plan } = binding;
  const given = new Array<unknown>(plan.slots.length).fill(undefined);
  let related: Map<string, object> | undefined;
  for (const name of Object.keys(init)) {
    const value = init[name];
    if (value === undefined) continue;
    const at = plan.slotOf.get(name);
    if (at !== undefined) {
      given[at] = value;
      continue;
    }
    const relation = model.relations.get(name);
    if (!relation) throw unknownMember('', model, name);
    (related ??= new Map()).set(name, value as object);
  }
  if (related) for (const [name, value] of related) connect(binding, model.relations.get(name)!, value, given, related);
  return { given, related };
}

/** Puts the key of a related instance into the slots of a relation's foreign key. */
function connect(
  binding: Binding, relation: Relation, value: unknown, given: unknown[], related: Map<string, object>,
): void {
  const key = foreignKey(binding, relation, value);
  for (const [i, field] of relation.fields.entries()) {
    const at = binding.plan.slotOf.get(field)!;
    if (given[at] !== undefined && given[at] !== key[i]) {
      throw invalid(`${relation.name} and ${field} name different records; give one of them`, '', binding.model, relation.name);
    }
    given[at] = key[i];
  }
  if (value === null) related.delete(relation.name);
}

/** The values of a relation's own fields that lead to an instance; nulls for null. */
export function foreignKey(binding: Binding, relation: Relation, value: unknown): unknown[] {
  const { model, session } = binding;
  const refuse = (message: string) => invalid(message, '', model, relation.name);
  if (relation.many) {
    throw refuse('is a relation to many records; set it from the other side');
  }
  if (relation.fields.some((f) => model.key.includes(f) && relation.kind === 'hasOne')) {
    throw refuse(`is kept by ${relation.target.name}; set it there`);
  }
  if (value === null) return relation.fields.map(() => null);
  const target = session.bindingOf(value);
  if (target?.model !== relation.target) {
    const got = target ? `one of ${target.model.name}` : 'something else';
    throw refuse(`must be an instance of ${relation.target.name} of the same store, or null; got ${got}`);
  }
  return relation.targetFields.map((f) => (value as Record<string, unknown>)[f]);
}

/** The values, written into an array, when all are right beyond doubt; else undefined. */
function plainValues(
  binding: Binding, given: readonly unknown[], values = new Array<unknown>(given.length),
): unknown[] | undefined {
  const { slots, requiredKeys } = binding.plan;
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!;
    let value = given[i];
    if (value === undefined) value = slot.generated ? newId() : slot.initial;
    else if (value !== null) {
      if (slot.readOnly || !slot.check(value)) return undefined;
    }
    if (value === null && slot.required && !slot.readOnly) return undefined;
    values[i] = value;
  }
  for (const key of requiredKeys) if (key.some((at) => values[at] === null)) return undefined;
  return values;
}

/** The values as the engine makes them, or its error. */
export function canonicalValues(binding: Binding, given: readonly unknown[]): unknown[] {
  const { model, plan, session } = binding;
  const init = Object.create(null) as Record<string, unknown>;
  for (const [i, { name, readOnly: fixed, generated }] of plan.slots.entries()) {
    const value = given[i] === undefined && generated ? newId() : given[i];
    if (value === undefined || (fixed && value === null)) continue;
    const why = fixed ? 'is read-only: the store sets it' : whyNotJSON(value);
    if (why) throw invalid(why, '', model, name);
    init[name] = value;
  }
  const row = session.construct(model, init);
  return plan.slots.map(({ name }) => deepFreeze(row[name] ?? null));
}
