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

/** Runs a sort of the caller, `s => s.rating('DESCENDING').title('ASCENDING')`, and gives what it says as data. */
export function sortJSON(model: Model, sort: unknown): SortJSON {
  if (typeof sort !== 'function') {
    throw invalid("sort must be a function, such as s => s.id('ASCENDING')", { op: 'query', model: model.name });
  }
  const steps: [string, SortDirection][] = [];
  const fields: object = new Proxy(Object.create(null) as object, {
    get(_, name) {
      if (typeof name === 'symbol' || (name === 'then' && !model.fields.has(name))) return undefined;
      if (!model.fields.has(name)) throw notSortable(model, name);
      return (direction: unknown) => {
        steps.push([name, directionOf(model, name, direction)]);
        return fields;
      };
    },
  });
  if ((sort as (fields: object) => unknown)(fields) !== fields) {
    throw invalid("sort must return what it built, as in s => s.id('ASCENDING')", { op: 'query', model: model.name });
  }
  return steps;
}

function directionOf(model: Model, field: string, direction: unknown): SortDirection {
  if (direction === SortDirection.ASCENDING || direction === SortDirection.DESCENDING) return direction;
  throw invalid(`the direction of a sort is 'ASCENDING' or 'DESCENDING', got ${String(direction)}`, {
    op: 'query', model: model.name, field,
  });
}

function notSortable(model: Model, name: string): Error {
  const message = model.relations.has(name)
    ? 'is a relation; a sort is by the fields of the model itself'
    : `there is no field ${name} to sort by${suggestion(name, model.fields.keys())}`;
  return invalid(message, { op: 'query', model: model.name, field: name });
}
