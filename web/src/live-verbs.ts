import { liveGroups } from './aggregate.js';
import { live } from './query.js';
import type { Session } from './session.js';
import { called } from './store-verbs.js';

/** The verbs whose answers follow a store, or the one that their model belongs to. */
export function liveVerbs(session: Session | undefined): object {
  const verbs = called({ live, liveCount: live, liveGroupBy: liveGroups }, session, (verb) => verb());
  return { ...verbs, observeQuery: verbs['live'] };
}
