import type { StoreEvent } from './event-types.js';
import { Observable, type Observer } from './observable.js';
import type { Session } from './session.js';

/** How many events are kept that nobody was there to hear. */
const MOST_UNHEARD = 16;

/** Who listens, and to which store; to all stores of the page without one. */
const observers = new Map<Observer<StoreEvent>, Session | undefined>();
const unheard: [event: StoreEvent, from?: Session | undefined][] = [];

/**
 * Tells an event, of one session or of all that a store has, but not from inside this call,
 * which may be the engine's. What nobody hears is kept for the first who does.
 */
export function tell(event: StoreEvent, from?: Session): void {
  queueMicrotask(() => {
    Object.freeze(event);
    const hearing = [...observers].filter(([, session]) => !session || (from ? session === from : session.name === event.store));
    for (const [observer] of hearing) observer.next(event);
    if (hearing.length === 0) unheard.push([event, from]);
    unheard.splice(0, unheard.length - MOST_UNHEARD);
  });
}

/** The events of a store, until it is closed, or of all stores of the page. */
export function events(session?: Session): Observable<StoreEvent> {
  return new Observable((observer) => {
    observers.set(observer, session);
    for (const one of unheard.splice(0)) tell(...one);
    return () => observers.delete(observer);
  });
}

/** Ends the events of a store that was closed. */
export function silence(session: Session): void {
  for (const [observer, own] of [...observers]) if (own === session) observer.complete();
}
