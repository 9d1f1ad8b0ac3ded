import { isObject } from '../checks.js';
import type { Session } from '../session.js';
import type { Sync, SyncOptions } from '../sync-types.js';
import { kit } from './kit.js';
import { Syncing } from './sync/syncing.js';

const running = new WeakMap<Session, Syncing>();

/**
 * Begins the sync of a store; without options gives the one that it has. A store that
 * is being opened with options that are wrong is closed again.
 */
export async function sync(session: Session, options?: SyncOptions, opening?: true): Promise<Sync> {
  const present = running.get(session);
  const there = present && !present.stopped;
  if (options === undefined) {
    if (there) return present.verbs;
    throw kit.invalid('the store does not sync; open it with { sync }, or give options', 'sync');
  }
  try {
    if (there) throw kit.invalid('the store syncs already; stop that first, or change it', 'sync');
    if (!isObject(options)) throw kit.invalid('expects { url } or { pull, push }', 'sync');
    const syncing = new Syncing(session, options);
    syncing.begin();
    running.set(session, syncing);
    return syncing.verbs;
  } catch (error) {
    if (opening) await session.close();
    throw error;
  }
}
