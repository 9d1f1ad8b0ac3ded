import { isObject } from './checks.js';
import { invalid } from './errors.js';
import { MAX_INCLUDES } from './limits.js';
import type { Binding } from './model.js';
import { suggestion } from './nearest.js';
import { optionsJSON } from './query.js';
import { farOf, type Model } from './schema.js';
import type { Session } from './session.js';

/** A relation to load along, as the engine reads it. */
export interface IncludeJSON {
  readonly relation: string;
  readonly include?: readonly IncludeJSON[];
}

const OPTIONS = ['where', 'sort', 'page', 'limit', 'include'];

/**
 * What a caller wants loaded along, as data. `count` is how many relations were named
 * before, in all; past the most that there may be it goes no deeper, and the engine
 * refuses.
 */
export function includeJSON(model: Model, include: unknown, count: { n: number }): IncludeJSON[] {
  if (!isObject(include)) throw invalid('include must be an object such as { comments: true }', 'query', model);
  return Object.entries(include).filter(([, options]) => options !== undefined).map(([field, options]) => {
    const relation = model.relations.get(field);
    if (!relation) throw invalid(`is no relation${suggestion(field, model.relations.keys())}`, 'query', model, field);
    const whole = count.n++ > MAX_INCLUDES || options === true;
    return { relation: field, ...(whole ? {} : optionsJSON('query', farOf(relation), options, OPTIONS, count)) };
  });
}

/** Asks for records with relations. */
export function loadTree(session: Session, model: Model, request: { readonly include?: readonly IncludeJSON[] }): object[] {
  return readTree(session, model, request.include, session.tree(model, request), 0)[0];
}

/** Puts the records with relations together that stand in an answer from some position on, and says where they end. */
export function readTree(
  session: Session, model: Model, include: readonly IncludeJSON[] | undefined, answer: Uint32Array, at: number,
): [records: object[], end: number] {
  const bindings = [...session.bindings.values()];
  const rows: object[][] = []; // by model
  const next = () => answer[at++]!;
  const take = (from: readonly object[]) => Array.from({ length: next() }, () => from[next()]!);
  for (let left = next(); left > 0; left--) {
    const index = next();
    const end = 2 * next() + 1 + at;
    rows[index] = session.recordsOf(bindings[index]!.model, answer.subarray(at, end)) as object[];
    at = end;
  }
  // The engine answers no deeper than it lets relations be included.
  const level = ({ index, relations }: Model, include: readonly IncludeJSON[] = []): object[] => {
    const records = take(rows[index] ?? []);
    const loaded = include.map(({ relation: name, include: below }) => {
      const relation = relations.get(name)!;
      const far = level(farOf(relation), below);
      return [name, records.map(() => (relation.many ? Object.freeze(take(far)) : take(far)[0]))] as const;
    });
    return loaded.length === 0 ? records : records.map((record, i) => including(bindings[index]!, record, loaded, i));
  };
  return [level(model, include), at];
}

/** A record on which relations hold what was loaded for them. */
function including({ Class, plan }: Binding, record: object, loaded: readonly (readonly [string, readonly unknown[]])[], i: number): object {
  const copy = Object.create(Class.prototype) as object;
  plan.fill(copy, plan.values(record));
  for (const [name, values] of loaded) Object.defineProperty(copy, name, { value: values[i], enumerable: true });
  return Object.freeze(copy);
}
