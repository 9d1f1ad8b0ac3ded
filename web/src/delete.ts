import { isObject } from './checks.js';
import { EVERYTHING } from './condition.js';
import { durabilityOf } from './durability.js';
import { invalid } from './errors.js';
import { keyFrom, keyOf } from './key.js';
import { predicateJSON } from './predicate.js';
import { criterionOf, modelOf } from './query.js';
import { recordOf } from './save.js';
import type { Model } from './schema.js';
import type { Session } from './session.js';

/**
 * Deletes a record, or the records of a model with a key or that match, and what
 * the schema says goes with them, in one commit. `rest` is what follows the first
 * argument.
 */
export async function remove(op: string, session: Session | undefined, target: unknown, rest: readonly unknown[]): Promise<unknown> {
  const durability = durabilityOf(op, rest[1]);
  if (isObject(target)) return removeRecord(op, session, target, rest[0], durability);
  const binding = modelOf(op, session, target);
  const { model } = binding;
  if (rest.length === 0) {
    throw invalid('says not which records; pass a key, a predicate, or Predicates.ALL for all', op, model);
  }
  const criterion = criterionOf(op, binding, rest[0]);
  const request = criterion.key ? { keys: [criterion.key] } : criterion;
  return binding.session.delete(model, [{ model: model.name, ...request }], durability);
}

async function removeRecord(
  op: string, session: Session | undefined, record: object, condition: unknown, durability: number,
): Promise<object> {
  const { model, session: own } = recordOf(op, session, record);
  const unconditional = condition === undefined || condition === EVERYTHING;
  const request = {
    model: model.name,
    keys: [keyOf(model, record)],
    ...(unconditional ? {} : { condition: predicateJSON(op, model, condition) }),
  };
  await own.delete(model, [request], durability);
  return record;
}

/** Deletes what `deleteAll` was given in one commit: records of one store, or those of a model with some keys. */
export async function removeAll(op: string, session: Session | undefined, target: unknown, rest: readonly unknown[]): Promise<unknown> {
  const byKeys = typeof target === 'function';
  const [list, options] = byKeys ? rest : [target, ...rest];
  const durability = durabilityOf(op, options);
  if (!Array.isArray(list)) throw invalid(`expects an array of ${byKeys ? 'keys' : 'records'}`, op);
  if (byKeys) {
    const { session: own, model } = modelOf(op, session, target);
    const keys = list.map((key) => keyFrom(op, model, key));
    return keys.length ? own.delete(model, [{ model: model.name, keys }], durability) : [];
  }
  const requests = new Map<Model, { readonly model: string; readonly keys: unknown[][] }>();
  let own = session;
  for (const record of list as object[]) {
    const { model, session: its } = recordOf(op, own, record);
    own ??= its;
    const request = requests.get(model) ?? { model: model.name, keys: [] };
    requests.set(model, request);
    request.keys.push(keyOf(model, record));
  }
  const [first] = requests.keys();
  if (first) await own!.delete(first, [...requests.values()], durability);
  return [...(list as object[])];
}
