import { liveGroups } from './aggregate.js';
import { live } from './query.js';
import type { Session } from './session.js';

/** The verbs whose answers follow a store, or the one that their model belongs to. */
export function liveVerbs(session: Session | undefined): object {
  const follow = (target: unknown, ...rest: unknown[]) => live('live', session, target, rest);
  return {
    live: follow,
    observeQuery: follow,
    liveCount: (target: unknown, ...rest: unknown[]) => live('liveCount', session, target, rest),
    liveGroupBy: (target: unknown, by: unknown, options: unknown) => liveGroups(session, target, by, options),
  };
}
