import { invalid } from './errors.js';
import { deepFreeze } from './json.js';
import { predicateJSON } from './predicate.js';
import { modelOf, optionsJSON } from './query.js';
import type { Session } from './session.js';
import { AGGREGATES } from './sort.js';

const VERBS = ['groupBy', ...AGGREGATES];
const OPTIONS = ['where', 'sort', 'page', 'limit', ...AGGREGATES];

/**
 * The verb of that name, of a store when one is given: `groupBy`, which takes a
 * model, fields and options and resolves with groups, or one that takes a model, a
 * field and perhaps a predicate, and resolves with what it worked out.
 */
export function aggregator(session: Session | undefined, verb: string): (target: unknown, what: unknown, ...rest: unknown[]) => Promise<unknown> {
  return async (target, what, ...rest) => {
    const { model, session: own } = modelOf(verb, session, target);
    const grouped = verb === 'groupBy';
    const names = (value: unknown): unknown[] => {
      const list: unknown[] = grouped && Array.isArray(value) ? value : [value];
      if (list.every((name) => typeof name === 'string')) return list;
      throw invalid(`expects the name of a field${grouped ? ', or an array of names' : ''}`, { op: verb, model: model.name });
    };
    const request: Record<string, unknown> = { model: model.name, [grouped ? 'by' : verb]: names(what) };
    if (grouped) {
      Object.assign(request, optionsJSON(verb, model, rest[0], OPTIONS));
      for (const kind of AGGREGATES) {
        const fields = (rest[0] as Record<string, unknown> | undefined)?.[kind];
        if (fields !== undefined) request[kind] = names(fields);
      }
    } else if (rest.length > 0) {
      request['where'] = predicateJSON(verb, model, rest[0]);
    }
    const groups = deepFreeze(own.groups(VERBS.indexOf(verb), request)) as readonly Record<string, Record<string, unknown>>[];
    return grouped ? groups : groups[0]![verb]![what as string];
  };
}
