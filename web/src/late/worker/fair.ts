import type { Session } from '../../session.js';
import { kit } from '../kit.js';

/** How long a transaction lets another one go first, in milliseconds. It may be within that. */
const PATIENCE = 50;

/** By store the transaction that is being tried again, until it has ended. */
const firsts = new WeakMap<Session, Promise<void>>();

/**
 * Waits while a transaction of that store is being tried again, if its engine is in a
 * worker. The verbs of several take turns there, so without this one that reads much would lose to
 * those that come again and again.
 */
export async function turn(session: Session): Promise<void> {
  if (session.begin(0)[0] instanceof kit.Engine) return;
  const until = performance.now() + PATIENCE;
  for (let before; (before = firsts.get(session)) && performance.now() < until;) {
    await Promise.race([before, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  }
}

/** Has the others wait; gives what ends that. */
export function first(session: Session): () => void {
  let end!: () => void;
  const mine = new Promise<void>((resolve) => (end = resolve));
  firsts.set(session, mine);
  return () => {
    if (firsts.get(session) === mine) firsts.delete(session);
    end();
  };
}
