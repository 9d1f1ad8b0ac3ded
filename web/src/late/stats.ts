import { json } from '../reading.js';
import type { Session } from '../session.js';
import type { Stats } from '../verbs.js';
import { kit } from './kit.js';

/** Tells how many rows and bytes a store has. */
export function stats(session: Session): Promise<Stats> {
  return kit.whenLoaded(() => session.ask('stats', [], undefined, json) as Stats);
}
