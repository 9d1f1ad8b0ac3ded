import { deepFreeze } from './json.js';
import { LiveValue } from './live.js';
import { predicateJSON } from './predicate.js';
import { modelOf, optionsJSON } from './query.js';
import type { Model } from './schema.js';
import type { Session } from './session.js';
import { fieldNames } from './sort.js';

/** As the engine numbers them. */
const VERBS = ['groupBy', 'sum', 'avg', 'min', 'max'];
const OPTIONS = ['where', 'sort', 'page', 'limit', ...VERBS.slice(1)];

/**
 * Works something out of records. That is one call of the engine, which answers with
 * groups: all verbs but groupBy ask for one thing of one group.
 */
export function aggregate(op: string, session: Session | undefined, target: unknown, [what, ...rest]: readonly unknown[]): unknown {
  const { model, session: own } = modelOf(op, session, target);
  const number = VERBS.indexOf(op);
  const request: Record<string, unknown> = number > 0
    ? { [op]: fieldNames(op, model, [what]), ...(rest.length > 0 && { where: predicateJSON(op, model, rest[0]) }) }
    : groupsJSON(op, model, what, rest[0]);
  const groups = deepFreeze(own.groups(model, number, request)) as readonly Record<string, Record<string, unknown>>[];
  return number > 0 ? groups[0]![op]![what as string] : groups;
}

/** Live groups, checked at once; nothing runs until somebody subscribes. */
export function liveGroups(op: string, session: Session | undefined, target: unknown, [by, options]: readonly unknown[]): LiveValue<unknown> {
  const { model, session: own } = modelOf(op, session, target);
  const request = groupsJSON(op, model, by, options);
  return new LiveValue((feed) => own.live(model, request, feed));
}

function groupsJSON(verb: string, model: Model, by: unknown, options: unknown): Record<string, unknown> {
  return { by: fieldNames(verb, model, by), ...optionsJSON(verb, model, options, OPTIONS) };
}
