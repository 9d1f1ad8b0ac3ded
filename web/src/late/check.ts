import { json } from '../reading.js';
import type { Session } from '../session.js';
import type { CheckReport } from '../verbs.js';

/** Tests every invariant of a store. */
export function check(session: Session): Promise<CheckReport> {
  return session.later('check', [], undefined, json) as Promise<CheckReport>;
}
