import { json } from '../reading.js';
import type { Session } from '../session.js';
import type { Stats } from '../verbs.js';
import { kit } from './kit.js';

/** Tells how many rows and bytes a store has. */
export async function stats(session: Session): Promise<Stats> {
  const [engine] = session.begin(0);
  const told = await kit.whenLoaded(() => session.ask('stats', [], undefined, json) as Stats);
  return { ...told, host: engine instanceof kit.Engine ? 'page' : 'worker' };
}
