import type { GranaryError } from './errors.js';
import type { DynamicModels } from './model-types.js';
import type { Observable } from './observable.js';
import type { HttpRemoteOptions, Op, Remote } from './sync-remote-types.js';

/** What is done with a conflict: fields of both sides, the server's state, or the change made here. */
export type ConflictPolicy = 'merge' | 'serverWins' | 'clientWins';

/** A change that goes by an older state of a record than the server has. A record that is deleted on a side, or was not there, is undefined. */
export interface Conflict<T = Readonly<Record<string, unknown>>> {
  readonly model: string;
  readonly id: unknown;
  readonly op: Op['op'];
  /** As it was when it was changed here. */
  readonly base?: T;
  /** As it was then made. */
  readonly local?: T;
  /** As the server has it. */
  readonly remote?: T;
}

/** What a handler makes of a conflict: one of the policies, the record as it is to be, or null to delete it. */
export type Resolution<T> = ConflictPolicy | Partial<T> | null;

/** How one model syncs. */
export interface SyncModel<T = Readonly<Record<string, unknown>>> {
  /**
   * `full` is both ways; with `pull` changes made here stay here; with `push` the
   * server is not asked for its records; `off` keeps the model local.
   */
  readonly mode?: 'full' | 'pull' | 'push' | 'off';
  /** Of two models the one with the higher number is there first; 0 unless said otherwise. */
  readonly priority?: number;
  /** What is done with its conflicts. */
  readonly conflict?: ConflictPolicy | ((conflict: Conflict<T>) => Resolution<T> | Promise<Resolution<T>>);
}

/** How a store syncs, besides with whom. */
export interface SyncSettings<M extends object = DynamicModels> {
  /** Models that differ from the rest, by name; a mode alone stands for `{ mode }`. */
  readonly models?: { readonly [K in keyof M]?: SyncModel<M[K]> | SyncModel['mode'] };
  /** What is done with conflicts: `merge` unless said otherwise. */
  readonly conflict?: ConflictPolicy;
  /** Goes to the server with each pull: what of its records this client wants. */
  readonly scope?: unknown;
  /** Changes of one page that are asked for; 1,000 unless said otherwise. */
  readonly limit?: number;
  /** Mutations of one push at most; 100 unless said otherwise. */
  readonly batch?: number;
  /** Milliseconds for which the server may hold a pull while there is no news; 0, not at all, unless said otherwise. */
  readonly wait?: number;
  /** Milliseconds after which the server is asked when nothing was heard; 30,000 unless said otherwise. */
  readonly interval?: number;
  /** Milliseconds after which a call is given up; 60,000 unless said otherwise. */
  readonly timeout?: number;
}

/** What a store syncs with, and how: a server that speaks the protocol, or functions of the app. */
export type SyncOptions<M extends object = DynamicModels> = SyncSettings<M> & (HttpRemoteOptions | Remote);

/** What sync is doing. */
export type SyncPhase =
  | 'waiting' // another tab syncs
  | 'paused'
  | 'offline'
  | 'auth' // the server wants to know who asks
  | 'upgrade' // the server wants a newer version of the app
  | 'backoff' // something failed and will be tried again
  | 'pulling'
  | 'pushing'
  | 'idle'; // all is sent and known, as far as one can tell

/** How sync goes. */
export interface SyncState {
  readonly phase: SyncPhase;
  /** Whether this tab syncs, for all of them. */
  readonly leader: boolean;
  /** Whether everything that the server has was here once. */
  readonly ready: boolean;
  /** Changes that the server has not answered. */
  readonly pending: number;
  /** Changes that it did not want. */
  readonly rejected: number;
  /** What this tab has pulled. */
  readonly pages: number;
  readonly rows: number;
  /** Failures in a row. */
  readonly retries: number;
  /** When the server was last heard, in milliseconds since 1970. */
  readonly syncedAt?: number;
  /** Why the last call failed, if it did. */
  readonly error?: GranaryError;
  readonly models: readonly SyncModelStatus[];
}

export interface SyncModelStatus {
  readonly model: string;
  readonly mode: NonNullable<SyncModel['mode']>;
  readonly rows: number;
  readonly pending: number;
  readonly synced: boolean;
}

/** A change that was taken back because the server did not want it, and kept until it is retried or dropped. */
export interface RejectedMutation {
  readonly id: string;
  readonly at: string;
  readonly rejectedAt: string;
  readonly code: string;
  readonly message: string;
  readonly field: string;
  readonly ops: readonly RejectedOp[];
}

/** What was to become of one record; `was` are the fields that changed, as they were. */
export interface RejectedOp extends Omit<Op, 'base'> {
  readonly was?: Readonly<Record<string, unknown>>;
}

/** Something that happened in sync. Branch on `type`, and let those go by that you don't know. */
export type SyncEvent =
  | { readonly type: 'networkStatus'; readonly online: boolean }
  | { readonly type: 'outboxStatus'; readonly pending: number }
  | { readonly type: 'modelSynced'; readonly model: string }
  | { readonly type: 'ready' }
  | { readonly type: 'phase'; readonly phase: SyncPhase }
  | { readonly type: 'conflict'; readonly conflict: Conflict & { readonly policy?: ConflictPolicy } }
  | { readonly type: 'rejected'; readonly rejected: RejectedMutation }
  | { readonly type: 'reset' }
  | { readonly type: 'setAside'; readonly model?: string; readonly id?: unknown; readonly error: GranaryError }
  | { readonly type: 'failed'; readonly error: GranaryError };

/** What `acknowledged` takes besides a write. */
export interface AcknowledgedOptions {
  /** Ends the waiting, and nothing else. */
  readonly signal?: AbortSignal | undefined;
}

/** The sync of one store. */
export interface Sync<M extends object = DynamicModels> {
  /** How it goes. */
  status(): SyncState;
  /** How it goes, now and whenever that changes. */
  watch(): Observable<SyncState>;
  /** What happens. */
  events(): Observable<SyncEvent>;
  /** Makes no more calls until `resume`. */
  pause(): void;
  /** Makes calls again, after `pause` or once there is another token. */
  resume(): void;
  /** Pushes and pulls at once, and resolves as `whenSynced` does. */
  syncNow(): Promise<void>;
  /** Resolves when the server has everything and what it had is here. */
  whenSynced(): Promise<void>;
  /**
   * Resolves when the server has taken a write: what `save`, `delete` and the others
   * have returned, the promise or its records. It waits for all changes of those
   * records that are under way by then, in whichever tab they were made; without an
   * argument, or of a write that resolves with no records, for all changes that are.
   * While there is no network it waits.
   *
   * Rejects with REJECTED when the server did not want one of them, or a conflict was
   * decided against it, and `details` is the {@link RejectedMutation}; as the write
   * does when that fails; with CLOSED when the store is closed; with the signal's
   * reason when that is aborted; with UNKNOWN_OUTCOME when what was under way is
   * forgotten here, or the engine has stopped: then ask again.
   */
  acknowledged(write?: object, options?: AcknowledgedOptions): Promise<void>;
  /** The changes that the server did not want, oldest first. */
  rejected(): RejectedMutation[];
  /** Makes one of them again, as it was or as it is given; resolves when that is durable. */
  retry(id: string, ops?: readonly RejectedOp[]): Promise<void>;
  /** Forgets one of them. */
  drop(id: string): Promise<void>;
  /** Goes on with other models, another scope or other settings; what is here stays, what leaves the scope goes. */
  change(settings: SyncSettings<M>): Promise<void>;
  /** Ends the sync. What was not sent is sent by the next one. */
  stop(): Promise<void>;
}
