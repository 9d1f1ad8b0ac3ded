/** What a client asks of a pull. `checkpoint` is what the last answer said, null for everything. */
export interface PullRequest {
  readonly protocol: 1;
  readonly schema: string;
  readonly client: string;
  readonly checkpoint: unknown;
  /** Changes that the answer may hold at most. */
  readonly limit: number;
  readonly models: readonly string[];
  readonly scope?: unknown;
  /** Seconds for which the server may hold its answer while there is no news. */
  readonly wait: number;
}

/** One record as the server has it now. */
export interface Change {
  readonly model: string;
  /** The primary key; of a composite one the list of its values. */
  readonly id: unknown;
  readonly version?: unknown;
  readonly data?: Readonly<Record<string, unknown>>;
  /** It is gone for everybody. */
  readonly deleted?: boolean;
  /** It left what this user may see. */
  readonly gone?: boolean;
}

/** A page of changes, oldest first. */
export interface PullAnswer {
  readonly changes: readonly Change[];
  readonly checkpoint: unknown;
  /** Whether there is another page behind this one. */
  readonly more?: boolean;
  /** Whether this is the first page of everything anew. */
  readonly reset?: boolean;
}

/** One change of a mutation. */
export interface Op {
  readonly op: 'create' | 'update' | 'delete';
  readonly model: string;
  readonly id: unknown;
  /** The version that it goes by; `@` and the id of a mutation for what that one made. */
  readonly base?: unknown;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What one local commit changed: all or nothing, in order. */
export interface Mutation {
  /** By which a server knows it again. */
  readonly id: string;
  readonly at: string;
  readonly ops: readonly Op[];
}

export interface PushRequest {
  readonly protocol: 1;
  readonly schema: string;
  readonly client: string;
  readonly mutations: readonly Mutation[];
}

/** What became of one mutation. */
export interface MutationResult {
  readonly id: string;
  readonly status: 'applied' | 'conflict' | 'rejected' | 'retry';
  readonly records?: readonly Change[];
  readonly error?: { readonly code: string; readonly message?: string; readonly field?: string };
}

export interface PushAnswer {
  readonly results: readonly MutationResult[];
}

/** What a live channel hands over. */
export interface LiveChannel {
  readonly checkpoint: unknown;
  readonly signal: AbortSignal;
  /** To be called when the channel is there. */
  open(): void;
  /** To be called when there is news: without an argument to have it pulled, or with a page that comes after the checkpoint. */
  tell(page?: PullAnswer): void;
}

/**
 * A backend as functions of an app. One that fails with an error that has a number
 * as `status` is taken as an answer of that HTTP status (401 asks for another token,
 * 409 begins anew, 426 waits for a newer app, 429 and 503 wait `retryAfter` seconds);
 * any other failure as no network, and tried again.
 */
export interface Remote {
  pull(request: PullRequest, options: { readonly signal: AbortSignal }): PullAnswer | Promise<PullAnswer>;
  push(request: PushRequest, options: { readonly signal: AbortSignal }): PushAnswer | Promise<PushAnswer>;
  /** Tells of news until it resolves or the signal aborts; who has none leaves it out. */
  live?(channel: LiveChannel): Promise<void>;
}

/** A server that speaks the protocol, by its address. */
export interface HttpRemoteOptions {
  /** Of the protocol's base: `/pull`, `/push` and `/live` are beneath it. */
  readonly url: string | URL;
  /** More headers for each request. */
  readonly headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>);
  /** Goes into `Authorization: Bearer`. A function is asked before each request, and so again after the server refused the last one. */
  readonly token?: string | (() => string | null | undefined | Promise<string | null | undefined>);
  /** In the place of the page's. */
  readonly fetch?: typeof fetch;
  /** Whether to listen for news with `/live`; true unless said otherwise. */
  readonly live?: boolean;
}
