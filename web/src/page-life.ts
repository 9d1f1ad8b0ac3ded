import type { Session } from './session.js';

/** The stores that are open in this page. */
const open = new Set<Session>();

/** What may be the last moment in which a page runs, or after which it may have slept. */
const TURNS = 'pagehide freeze pageshow resume focus visibilitychange';
/** Of these, when it is left or put aside. */
const LEAVING = /hide|freeze/;

/** Tells a store when the page is about to go and when it comes back; gives what ends that. */
export function attend(session: Session): () => void {
  if (typeof document !== 'undefined') { // neither a worker nor a server
    for (const type of TURNS.split(' ')) {
      addEventListener(type, turned, true); // the same one counts once; on the way to the document, where some are told
    }
  }
  open.add(session);
  return () => open.delete(session);
}

function turned({ type, target }: Event): void {
  if (type === 'focus' && target !== window) return; // that of an element
  const leaves = LEAVING.test(type) || document.visibilityState === 'hidden';
  for (const session of open) session.nudge(leaves ? 'hurry' : 'wake');
}
