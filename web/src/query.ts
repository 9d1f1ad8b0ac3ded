import { isObject, wholeNumber } from './checks.js';
import { EVERYTHING } from './condition.js';
import { invalid } from './errors.js';
import { includeJSON, loadTree, type IncludeJSON } from './include.js';
import { keyFrom } from './key.js';
import { type LiveAnswer, LiveValue } from './live.js';
import { bindingOfClass, ownBinding, type Binding } from './model.js';
import type { PredicateJSON } from './condition.js';
import { suggestion } from './nearest.js';
import { predicateJSON } from './predicate.js';
import type { Model } from './schema.js';
import type { Session } from './session.js';
import { fieldNames, sortJSON } from './sort.js';

/** Which records a call is about: those with a key, or those that match. */
export type Criterion = { readonly key: unknown[]; readonly where?: undefined } | { readonly where: PredicateJSON; readonly key?: undefined };

/** The binding of what should be a model class, of this store when one is given. */
export function modelOf(op: string, session: Session | undefined, value: unknown): Binding {
  const binding = bindingOfClass(value);
  if (binding) return ownBinding(op, session, binding);
  throw invalid('expects a model of an open store, such as store.models.Post', op);
}

/** Reads the argument that says which records: a key, a predicate or Predicates.ALL. */
export function criterionOf(op: string, { model }: Binding, value: unknown): Criterion {
  if (value === undefined || value === null) {
    const all = op === 'query' ? 'leave it out for all records' : 'pass Predicates.ALL for all records';
    throw invalid(`the key or predicate is ${String(value)}, which is a mistake; ${all}`, op, model);
  }
  if (typeof value === 'function' || value === EVERYTHING) return { where: predicateJSON(op, model, value) };
  return { key: keyFrom(op, model, value) };
}

/** The criterion that may follow a model; without one all of its records are meant. */
export function criterionIn(op: string, binding: Binding, rest: readonly unknown[]): Partial<Criterion> {
  return rest.length > 0 ? criterionOf(op, binding, rest[0]) : {};
}

const OPTIONS = ['sort', 'page', 'limit', 'include'];

/** Answers a query: by key with a record or undefined, else with an array. `rest` is what follows the model. */
export function query(op: string, session: Session | undefined, target: unknown, rest: readonly unknown[]): unknown {
  const binding = modelOf(op, session, target);
  const { session: own, model } = binding;
  const criterion = criterionIn(op, binding, rest);
  const { key } = criterion;
  const options = optionsJSON(op, model, rest[1], key ? ['include'] : OPTIONS);
  if (options.include?.length) {
    const records = loadTree(own, model, { ...criterion, ...options });
    return key ? records[0] : records;
  }
  return key ? own.get(model, key) : own.query(model, { ...criterion, ...options });
}

/** A live query, or the number of its records, checked at once; nothing runs until somebody subscribes. */
export function live(op: string, session: Session | undefined, target: unknown, rest: readonly unknown[]): LiveValue<unknown> {
  const binding = modelOf(op, session, target);
  const { model } = binding;
  const criterion = criterionIn(op, binding, rest);
  if (criterion.key) throw invalid('expects a predicate; Predicates.ALL for all records', op, model);
  const options = op === 'live' ? optionsJSON(op, model, rest[1], OPTIONS) : { limit: 0 };
  const request = { ...criterion, ...options };
  const pick = op === 'live' ? undefined : ({ total }: LiveAnswer<object>) => total;
  return new LiveValue<unknown>((feed) => binding.session.live(model, request, feed), pick, JSON.stringify(request));
}

/** Counts the records that match, without making any. */
export async function count(op: string, session: Session | undefined, target: unknown, rest: readonly unknown[]): Promise<number> {
  const binding = modelOf(op, session, target);
  const criterion = criterionIn(op, binding, rest);
  if (!criterion.key) return binding.session.count(binding.model, criterion);
  return await binding.session.get(binding.model, criterion.key) ? 1 : 0;
}

/** The options of a question, as data. */
export interface OptionsJSON {
  readonly include?: readonly IncludeJSON[];
  readonly [name: string]: unknown;
}

/** Reads the options of a question about a model, of which `names` are allowed. */
export function optionsJSON(
  op: string, model: Model, options: unknown, names: readonly string[], includes = { n: 0 },
): OptionsJSON {
  const json = Object.create(null) as Record<string, unknown>;
  if (options === undefined) return json;
  if (!isObject(options)) {
    throw invalid(`the options must be an object: { ${names.join(', ')} }`, op, model);
  }
  const read = (name: string, value: unknown): unknown => {
    if (name === 'where') return predicateJSON(op, model, value);
    if (name === 'sort') return sortJSON(op, model, value);
    if (name === 'include') return includeJSON(model, value, includes);
    if (name !== 'page' && name !== 'limit') return fieldNames(op, model, value);
    wholeNumber(name, value, op, model);
    return value;
  };
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name)) throw invalid(`there is no option ${name}${suggestion(name, names)}`, op, model);
    if (value !== undefined) json[name] = read(name, value);
  }
  if ('page' in json && !('limit' in json)) throw invalid('page needs a limit, which says how long a page is', op, model);
  return json;
}
