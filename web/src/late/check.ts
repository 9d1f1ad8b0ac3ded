import { json } from '../reading.js';
import type { Session } from '../session.js';
import type { CheckReport } from '../verbs.js';
import { kit } from './kit.js';

/** Tests every invariant of a store. */
export function check(session: Session): Promise<CheckReport> {
  return kit.whenLoaded(() => session.later('check', [], undefined, json) as Promise<CheckReport>);
}
