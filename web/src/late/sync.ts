import { isObject } from '../checks.js';
import type { Session } from '../session.js';
import type { Sync, SyncOptions, SyncState } from '../sync-types.js';
import { kit } from './kit.js';
import { Syncing } from './sync/syncing.js';

const running = new WeakMap<Session, Syncing>();

/** Who wants to be told of each sync of a store, as granary/react does. */
type Follower = (sync: Sync) => void;
const followers = new WeakMap<Session, Set<Follower>>();

/**
 * Begins the sync of a store; without options gives the one that it has. A store that
 * is being opened with options that are wrong is closed again. A function in the place
 * of options is told of the sync that there is and of each that begins, until what
 * this resolves with is called.
 */
export async function sync(session: Session, options?: SyncOptions | Follower, opening?: true): Promise<Sync | (() => void)> {
  if (typeof options === 'function') return follow(session, options);
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
    running.set(session, syncing);
    await syncing.begin().catch((error: unknown) => {
      syncing.stopped = true;
      throw error;
    });
    for (const told of [...followers.get(session) ?? []]) told(syncing.verbs);
    return syncing.verbs;
  } catch (error) {
    if (opening) await session.close();
    throw error;
  }
}

function follow(session: Session, told: Follower): () => void {
  let all = followers.get(session);
  if (!all) followers.set(session, (all = new Set()));
  all.add(told);
  const present = running.get(session);
  if (present && !present.stopped) told(present.verbs);
  return () => void all.delete(told);
}

/** How the sync of a store goes; nothing when it does not sync. */
export function status(session: Session): SyncState | undefined {
  session.ready();
  const present = running.get(session);
  return present && !present.stopped ? present.verbs.status() : undefined;
}
