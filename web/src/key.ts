import { isObject } from './checks.js';
import { invalid } from './errors.js';
import { whyNotJSON } from './json.js';
import type { Model } from './schema.js';

/** The key of a record of the model. */
export function keyOf(model: Model, record: object): unknown[] {
  return model.key.map((name) => (record as Record<string, unknown>)[name]);
}

/** The key that a caller named: a value, an array in key order, or an object with the key's fields. */
export function keyFrom(op: string, model: Model, criterion: unknown): unknown[] {
  const values = partsOf(op, model, criterion);
  for (const [i, value] of values.entries()) {
    const why = value === null || value === undefined ? 'is missing' : whyNotJSON(value);
    if (why) throw invalid(`this part of the key ${why}`, op, model, model.key[i]);
  }
  return values;
}

function partsOf(op: string, model: Model, criterion: unknown): unknown[] {
  const { key } = model;
  const parts = key.join(', ');
  const list = Array.isArray(criterion);
  if (isObject(criterion) && !list) return keyOf(model, criterion);
  if (!list && typeof criterion !== 'string' && typeof criterion !== 'number') {
    throw invalid(`expects a key (${parts}), a predicate or Predicates.ALL, got ${String(criterion)}`, op, model);
  }
  const values: unknown[] = list ? [...(criterion as unknown[])] : [criterion];
  if (values.length === key.length) return values;
  throw invalid(`the key has ${key.length} parts (${parts}), got ${values.length}; give all in this order, or as an object`, op, model);
}
