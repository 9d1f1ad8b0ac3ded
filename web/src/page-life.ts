import type { Session } from './session.js';

/** The stores that are open in this page. */
const open = new Set<Session>();

/** What may be the last moment in which a page runs: it is left, put aside, or hidden. */
const LEAVING = ['pagehide', 'freeze'];
/** After which the page may have slept. */
const COMING = ['pageshow', 'resume', 'focus', 'visibilitychange'];

/** Tells a store when the page is about to go and when it comes back; gives what ends that. */
export function attend(session: Session): () => void {
  if (typeof document !== 'undefined') { // neither a worker nor a server
    for (const type of [...LEAVING, ...COMING]) {
      addEventListener(type, turned, true); // the same one counts once; on the way to the document, where some are told
    }
  }
  open.add(session);
  return () => open.delete(session);
}

function turned({ type, target }: Event): void {
  if (type === 'focus' && target !== window) return; // that of an element
  const leaves = LEAVING.includes(type) || document.visibilityState === 'hidden';
  for (const session of open) session.nudge(leaves ? 'hurry' : 'wake');
}
