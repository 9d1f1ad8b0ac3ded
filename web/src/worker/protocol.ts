// What the page and the engine in its worker tell each other. Each message is a list of
// these, in order; bytes are transferred.

import type { ErrorJSON } from '../errors.js';
import type { Verb } from '../runtime.js';

/** Both sides must be of one build; this tells those apart that cannot be. */
export const PROTOCOL = 1;

export type Bytes = Uint8Array<ArrayBuffer>;

/** What an export answered, or its error. */
export interface Outcome {
  readonly bytes?: Bytes;
  readonly error?: ErrorJSON;
}

/** What the page tells the worker. */
export type Asked =
  /** The first message: what the engine is made of, and what localStorage holds of all stores, where the page has one. */
  | { readonly kind: 'begin'; readonly module: WebAssembly.Module; readonly kept: readonly Kept[] | undefined; readonly view: string }
  /** A call that is answered at once, by `answered`. With `all`, every row of the answer is wanted, not only those that were not sent before. */
  | { readonly kind: 'ask'; readonly id: number; readonly verb: Verb; readonly args: readonly number[]; readonly input: Given; readonly all: boolean }
  /** A call that ends later, by `settled`. */
  | { readonly kind: 'later'; readonly id: number; readonly verb: Verb; readonly args: readonly number[]; readonly input: Given; readonly durability: number }
  /** A call whose answer nobody waits for. */
  | { readonly kind: 'send'; readonly verb: Verb; readonly args: readonly number[] }
  /** The page is about to go, or has come back; and whether it may be seen. */
  | { readonly kind: 'nudge'; readonly verb: 'wake' | 'hurry'; readonly store: number; readonly view: string }
  /** What localStorage holds may have changed. `heard` is the number of the last `keep` that this takes into account. */
  | { readonly kind: 'kept'; readonly entry: Kept; readonly heard: number };

/** The input of a call. */
export type Given = string | Bytes | undefined;

/** A key of localStorage with its value; null when there is none. */
export type Kept = readonly [key: string, value: string | null];

/** Rows of a model that an answer names, packed. */
export interface Rows {
  readonly model: number;
  readonly rows: Uint32Array<ArrayBuffer>;
  readonly bytes: Bytes;
}

/** What the worker tells the page. */
export type Told =
  | { readonly kind: 'ready'; readonly protocol: number }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'crashed'; readonly message: string }
  /** What was answered before may be another thing now. */
  | { readonly kind: 'changed' }
  /** The answers to a call and, where it has one, to the call that always follows it. */
  | { readonly kind: 'answered'; readonly id: number; readonly answers: readonly Outcome[]; readonly rows: readonly Rows[] }
  | { readonly kind: 'settled'; readonly id: number; readonly outcome: Outcome; readonly store: number; readonly rows: readonly Rows[] }
  | ({ readonly kind: 'news' } & News)
  /** What the sync of a store wants of the page, when it does, and how it stands. */
  | { readonly kind: 'sync'; readonly store: number; readonly calls?: Bytes; readonly status: Outcome; readonly box: Outcome }
  /** An event of a store; with a handle it has ended that one. */
  | { readonly kind: 'event'; readonly handle?: number; readonly event: object; readonly error?: ErrorJSON }
  /** What localStorage is to hold, numbered. */
  | { readonly kind: 'keep'; readonly entry: Kept; readonly number: number };

/** What observers and live queries of a store are to be told of. */
export interface News {
  readonly store: number;
  readonly events?: Outcome;
  /** By live query what granary_news says of it. */
  readonly changed: readonly (readonly [live: number, bytes: Bytes])[];
  /** The groups that changed, or why there are none any more, by live query. */
  readonly groups: readonly (readonly [live: number, Outcome])[];
  readonly rows: readonly Rows[];
}
