import type { Aggregates } from './aggregate-types.js';
import { deepFreeze } from './json.js';
import { whenLoaded } from './loading.js';
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
 * The verbs that work something out of records, of a store when one is given. They
 * are one call of the engine, which answers with groups: all but groupBy ask for one
 * thing of one group.
 */
export function aggregates(session: Session | undefined): Aggregates {
  return Object.fromEntries(VERBS.map((verb, number) => [verb, (target: unknown, what: unknown, ...rest: unknown[]) => whenLoaded(() => {
    const { model, session: own } = modelOf(verb, session, target);
    const request: Record<string, unknown> = number > 0
      ? { [verb]: fieldNames(verb, model, [what]), ...(rest.length > 0 && { where: predicateJSON(verb, model, rest[0]) }) }
      : groupsJSON(verb, model, what, rest[0]);
    const groups = deepFreeze(own.groups(model, number, request)) as readonly Record<string, Record<string, unknown>>[];
    return number > 0 ? groups[0]![verb]![what as string] : groups;
  })])) as unknown as Aggregates;
}

/** Live groups, checked at once; nothing runs until somebody subscribes. */
export function liveGroups(session: Session | undefined, target: unknown, by: unknown, options: unknown): LiveValue<unknown> {
  const { model, session: own } = modelOf('liveGroupBy', session, target);
  const request = groupsJSON('liveGroupBy', model, by, options);
  return new LiveValue((feed) => own.live(model, request, feed));
}

function groupsJSON(verb: string, model: Model, by: unknown, options: unknown): Record<string, unknown> {
  return { by: fieldNames(verb, model, by), ...optionsJSON(verb, model, options, OPTIONS) };
}
