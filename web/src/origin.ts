import type { Session } from './session.js';

/** The transactions that records were answered by. */
export const origins = new WeakMap<object, { readonly open: boolean; readonly session: Session }>();

/** Where the relations of a record are read: in the transaction that answered it, while that is open, or in its store. */
export function placeOf(record: object, session: Session): Session {
  const within = origins.get(record);
  return within?.open ? within.session : session;
}
