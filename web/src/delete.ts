import { EVERYTHING } from './condition.js';
import { invalid } from './errors.js';
import { keyOf } from './key.js';
import { predicateJSON } from './predicate.js';
import { criterionOf, modelOf } from './query.js';
import { recordOf } from './save.js';
import type { Session } from './session.js';

/**
 * Deletes a record, or the records of a model with a key or that match, and what
 * the schema says goes with them, in one commit. `rest` is what follows the first
 * argument.
 */
export async function remove(session: Session | undefined, target: unknown, rest: readonly unknown[]): Promise<unknown> {
  if (typeof target === 'object' && target !== null) return removeRecord(session, target, rest[0]);
  const binding = modelOf('delete', session, target);
  const { model } = binding;
  if (rest.length === 0) {
    throw invalid('says not which records; pass a key, a predicate, or Predicates.ALL for all', { op: 'delete', model: model.name });
  }
  const criterion = criterionOf('delete', binding, rest[0]);
  const request = 'key' in criterion ? { keys: [criterion.key] } : criterion;
  return binding.session.delete(model, request);
}

async function removeRecord(session: Session | undefined, record: object, condition: unknown): Promise<object> {
  const { model, session: own } = recordOf('delete', session, record);
  const unconditional = condition === undefined || condition === EVERYTHING;
  const request = {
    keys: [keyOf(model, record)],
    ...(unconditional ? {} : { condition: predicateJSON('delete', model, condition) }),
  };
  await own.delete(model, request);
  return record;
}
