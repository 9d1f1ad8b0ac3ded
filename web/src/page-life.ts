import type { Session } from './session.js';

/** The stores that are open in this page. */
const open = new Set<Session>();

/** What may be the last moment in which a page runs: it is left, put aside, or hidden. */
const LEAVING = ['pagehide', 'freeze'];
/** After which the page may have slept. */
const COMING = ['pageshow', 'resume', 'focus', 'visibilitychange'];

/** Tells a store when the page is about to go and when it comes back; gives what ends that. */
export function attend(session: Session): () => void {
  if (open.size === 0) listen('addEventListener');
  open.add(session);
  return () => {
    if (open.delete(session) && open.size === 0) listen('removeEventListener');
  };
}

function listen(how: 'addEventListener' | 'removeEventListener'): void {
  if (typeof document === 'undefined') return; // a worker, a server
  for (const type of [...LEAVING, ...COMING]) {
    window[how](type, turned, true); // on their way to the document, where some are told
  }
}

function turned({ type, target }: Event): void {
  if (type === 'focus' && target !== window) return; // that of an element
  const leaves = LEAVING.includes(type) || document.visibilityState === 'hidden';
  for (const session of open) session.nudge(leaves ? 'hurry' : 'wake');
}
