import type { ErrorJSON } from '../../errors.js';
import type { Observable, Observer } from '../../observable.js';
import { json, nothing, type Read } from '../../reading.js';
import type { Session } from '../../session.js';
import type { HttpRemoteOptions } from '../../sync-remote-types.js';
import type { RejectedMutation, Sync, SyncEvent, SyncOptions, SyncSettings, SyncState } from '../../sync-types.js';
import { kit } from '../kit.js';
import { acknowledged } from './acknowledged.js';
import type { Backend } from './backend.js';
import { Calls, type Wanted } from './calls.js';
import { type Decide, remoteOf, settingsOf } from './options.js';

/** What the engine can be asked to do, by number; wasm/sync.go has the same list. */
const ASKED = ['begin', 'status', 'box', 'calls', 'pause', 'resume', 'now', 'poke', 'online', 'offline', 'unwait'] as const;
const AWAITED = ['all', 'stop', 'retry', 'drop', 'taken'] as const;

/** The sync of one store, from the page's side: its backend, who listens, and the platform's word about the network. */
export class Syncing {
  readonly verbs: Sync;
  stopped = false;
  readonly #session: Session;
  readonly #remote: Backend;
  readonly #calls: Calls;
  #settings: SyncSettings;
  #handlers = new Map<string, Decide>();
  #fetching = false;
  readonly #watchers = new Set<Observer<SyncState>>();
  readonly #listeners = new Set<Observer<SyncEvent>>();

  constructor(session: Session, options: SyncOptions) {
    this.#session = session;
    this.#settings = options;
    this.#remote = remoteOf(options);
    this.#calls = new Calls(this.#remote, (conflict) => this.#handlers.get(conflict.model)!(conflict), (call, kind, body) => {
      session.later('reply', [call, kind], body).catch(() => {}); // the store was closed, and nobody waits for it
    });
    this.verbs = Object.freeze(this.#verbs());
    session.leave.push(() => this.#end());
  }

  /** Has the engine begin, and again when another one has taken its place. */
  begin(): Promise<void> {
    return kit.whenLoaded(() => this.#begin());
  }

  #begin(): void {
    const [request, handlers] = settingsOf(this.#settings, !!this.#remote.live, typeof (this.#settings as HttpRemoteOptions).token === 'function');
    this.#handlers = handlers;
    const [engine, , store] = this.#session.begin(0);
    engine.listeners.set(-store, () => this.#hear());
    this.#ask('begin', request);
    this.#session.onRevived = () => this.#revived();
    for (const kind of ['online', 'offline']) globalThis.addEventListener?.(kind, this.#network);
    if (globalThis.navigator?.onLine === false) this.#ask('offline');
  }

  readonly #network = ({ type }: Event) => {
    if (!this.stopped) this.#ask(type as 'online' | 'offline');
  };

  #verbs(): Sync {
    const status = () => this.#status();
    return {
      status,
      watch: () => this.#observable(this.#watchers, status),
      events: () => this.#observable(this.#listeners),
      pause: () => this.#ask('pause'),
      resume: () => this.#ask('resume'),
      syncNow: () => this.#wait('all'),
      whenSynced: () => this.#wait('all'),
      acknowledged: (write, options) => acknowledged(this.#session, {
        begin: (input) => this.#wait('taken', input),
        end: (wait) => this.#ask('unwait', String(wait)),
        rejected: () => this.#ask('box', undefined, json) as RejectedMutation[],
      }, write, options),
      rejected: () => this.#ask('box', undefined, json) as RejectedMutation[],
      retry: (id, ops) => this.#wait('retry', { id, ops }),
      drop: async (id) => {
        await this.#wait('drop', JSON.stringify(id));
        this.#tell([]); // the engine has no event for it, and the status is another one
      },
      change: async (settings) => {
        const next = { ...this.#settings, ...settings };
        settingsOf(next, false, false); // or all stays as it is
        await this.#wait('stop');
        this.#settings = next;
        await this.begin();
      },
      stop: async () => {
        await this.#wait('stop');
        this.#end();
      },
    };
  }

  #ask<T = undefined>(what: typeof ASKED[number], input?: object | string, read: Read<T> = nothing as Read<never>): T {
    const answer = this.#session.ask('sync', [ASKED.indexOf(what)], input, read);
    if (read === nothing) queueMicrotask(() => this.#session.nudge('wake')); // or nothing of it is done before the next call
    return answer;
  }

  #wait(what: typeof AWAITED[number], input?: object | string): Promise<void> {
    return kit.whenLoaded(() => this.#session.later('synced', [AWAITED.indexOf(what)], input));
  }

  #status(): SyncState {
    const { error, ...rest } = this.#ask('status', undefined, json) as SyncState & { error?: ErrorJSON };
    return Object.freeze({ ...rest, ...(error && { error: kit.engineError(error) }) });
  }

  #observable<T>(observers: Set<Observer<T>>, first?: () => T): Observable<T> {
    return new kit.Observable<T>((observer) => {
      observers.add(observer);
      if (first) observer.next(first());
      return () => observers.delete(observer);
    });
  }

  /** Is told from inside the engine that there is something to do or to tell. */
  #hear(): void {
    if (this.#fetching) return;
    this.#fetching = true;
    queueMicrotask(() => {
      this.#fetching = false;
      let list: (Wanted | { event: SyncEvent & { error?: ErrorJSON } })[];
      try {
        const [engine, , store] = this.#session.begin(0);
        list = engine.call('sync', [store, ASKED.indexOf('calls')], undefined, json) as typeof list;
      } catch {
        return; // the engine has crashed; #revived goes on
      }
      for (const item of list) if ('call' in item) this.#calls.make(item);
      const events = list.flatMap((item) => ('event' in item ? [item.event] : []));
      if (events.length > 0) this.#tell(events);
    });
  }

  #tell(events: readonly (SyncEvent & { error?: ErrorJSON })[]): void {
    for (const { error, ...rest } of events) {
      const event = Object.freeze({ ...rest, ...(error && { error: kit.engineError(error) }) }) as SyncEvent;
      for (const listener of [...this.#listeners]) listener.next(event);
    }
    if (this.#watchers.size === 0) return;
    let status: SyncState;
    try {
      status = this.#status();
    } catch {
      return this.#end(); // the store was closed
    }
    for (const watcher of [...this.#watchers]) watcher.next(status);
  }

  #revived(): void {
    this.#calls.end();
    if (!this.stopped) this.begin().catch(() => {}); // the engine has crashed again
  }

  /** Ends with the store, or before it. */
  #end(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.#calls.end();
    const [engine, , store] = this.#session.begin(0);
    engine.listeners.delete(-store);
    for (const kind of ['online', 'offline']) globalThis.removeEventListener?.(kind, this.#network);
    for (const observer of [...this.#watchers, ...this.#listeners]) observer.complete();
  }
}
