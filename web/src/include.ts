import { ErrorCode, GranaryError, invalid } from './errors.js';
import { MAX_INCLUDES } from './limits.js';
import type { Binding } from './model.js';
import { suggestion } from './nearest.js';
import { optionsJSON } from './query.js';
import type { Model, Relation } from './schema.js';
import type { Session } from './session.js';

/** A relation to load along, as the engine reads it. */
export interface IncludeJSON {
  readonly relation: string;
  readonly include?: readonly IncludeJSON[];
}

const OPTIONS = ['where', 'sort', 'page', 'limit', 'include'];

/** The records that a relation leads to are of this model. */
const farOf = ({ through, target }: Relation): Model => through?.target ?? target;

/** What a caller wants loaded along, as data. `count` is how many relations were named before, in all. */
export function includeJSON(model: Model, include: unknown, count: { n: number }): IncludeJSON[] {
  const place = { op: 'query', model: model.name };
  if (typeof include !== 'object' || include === null) throw invalid('include must be an object such as { comments: true }', place);
  return Object.entries(include as Record<string, unknown>).filter(([, options]) => options !== undefined).map(([field, options]) => {
    const relation = model.relations.get(field);
    if (!relation) throw invalid(`is no relation${suggestion(field, model.relations.keys())}`, { ...place, field });
    if (count.n++ === MAX_INCLUDES) {
      throw new GranaryError(ErrorCode.Limit, `query ${model.name}.${field}: more than ${MAX_INCLUDES} relations are included`, { ...place, field });
    }
    return { relation: field, ...(options === true ? {} : optionsJSON('query', farOf(relation), options, OPTIONS, count)) };
  });
}

/** Asks for records with relations, and puts them together. */
export function loadTree(session: Session, model: Model, request: { readonly include: readonly IncludeJSON[] }): object[] {
  const answer = session.tree(model, request);
  const bindings = [...session.bindings.values()];
  const rows = new Map<Model, object[]>();
  let at = 0;
  const take = (from: readonly object[]) => Array.from({ length: answer[at++]! }, () => from[answer[at++]!]!);
  for (let left = answer[at++]!; left > 0; left--) {
    const { model: one } = bindings[answer[at]!]!;
    const from = at + 2;
    at = from + 1 + 2 * answer[at + 1]!;
    rows.set(one, session.records(one, answer.subarray(from, at)) as object[]);
  }
  // The engine answers no deeper than it lets relations be included.
  const level = (of: Model, include: readonly IncludeJSON[] = []): object[] => {
    const records = take(rows.get(of) ?? []);
    if (include.length === 0) return records;
    const loaded = include.map(({ relation: name, include: below }) => {
      const relation = of.relations.get(name)!;
      const far = level(farOf(relation), below);
      return [name, records.map(() => (relation.many ? Object.freeze(take(far)) : take(far)[0]))] as const;
    });
    const binding = bindings[of.index]!;
    return records.map((record, i) => including(binding, record, loaded.map(([name, values]) => [name, values[i]])));
  };
  return level(model, request.include);
}

/** A record on which relations hold what was loaded for them. */
function including({ Class, plan }: Binding, record: object, loaded: readonly (readonly [string, unknown])[]): object {
  const copy = Object.create(Class.prototype) as object;
  plan.fill(copy, plan.values(record));
  for (const [name, value] of loaded) Object.defineProperty(copy, name, { value, enumerable: true });
  return Object.freeze(copy);
}
