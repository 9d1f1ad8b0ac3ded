import { invalid } from './errors.js';
import { suggestion } from './nearest.js';
import type { Model } from './schema.js';

/** The directions of a sort. */
export const SortDirection = {
  ASCENDING: 'ASCENDING',
  DESCENDING: 'DESCENDING',
} as const;

/** One of the values of {@link SortDirection}. */
export type SortDirection = (typeof SortDirection)[keyof typeof SortDirection];

/** A sort as the engine reads it. */
export type SortJSON = readonly (readonly [field: string, direction: SortDirection])[];

/** What groups can be sorted by besides their keys: those from the second on are called with a field. */
const OF_GROUPS: readonly string[] = ['count', 'key', 'sum', 'avg', 'min', 'max'];

/** The names of fields, one or several, as an array. */
export function fieldNames(op: string, model: Model, names: unknown): string[] {
  const list: unknown[] = Array.isArray(names) ? names : [names];
  if (list.every((name) => typeof name === 'string')) return list;
  throw invalid('expects the name of a field', op, model);
}

/**
 * Runs a sort of the caller, `s => s.rating('DESCENDING').title('ASCENDING')`, and
 * gives what it says as data. Groups are also sorted by `s.count(direction)`,
 * `s.sum(field, direction)` and the like; `s.key(field, direction)` is for fields
 * of such names.
 */
export function sortJSON(op: string, model: Model, sort: unknown): SortJSON {
  if (typeof sort !== 'function') throw invalid("sort must be a function, such as s => s.id('ASCENDING')", op, model);
  const steps: [string, SortDirection][] = [];
  const fields: object = new Proxy(Object.create(null) as object, {
    get(_, name) {
      if (typeof name === 'symbol' || (name === 'then' && !model.fields.has(name))) return undefined;
      const kind = op.endsWith('roupBy') ? OF_GROUPS.indexOf(name) : -1;
      if (kind < 0 && !model.fields.has(name)) throw notSortable(op, model, name);
      return (...args: unknown[]) => {
        const field = kind > 0 ? fieldNames(op, model, [args.shift()])[0]! : '';
        const key = kind < 0 ? name : kind === 1 ? field : `${name}(${field})`;
        steps.push([key, directionOf(op, model, name, args[0])]);
        return fields;
      };
    },
  });
  if ((sort as (fields: object) => unknown)(fields) !== fields) {
    throw invalid("sort must return what it built, as in s => s.id('ASCENDING')", op, model);
  }
  return steps;
}

function directionOf(op: string, model: Model, field: string, direction: unknown): SortDirection {
  if (direction === SortDirection.ASCENDING || direction === SortDirection.DESCENDING) return direction;
  throw invalid(`the direction of a sort is 'ASCENDING' or 'DESCENDING', got ${String(direction)}`, op, model, field);
}

function notSortable(op: string, model: Model, name: string): Error {
  const message = model.relations.has(name)
    ? 'is a relation; a sort is by the fields of the model itself'
    : `there is no field ${name} to sort by${suggestion(name, model.fields.keys())}`;
  return invalid(message, op, model, name);
}
