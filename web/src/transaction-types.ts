// The types of transactions. Nothing here exists at run time.

import type { CommitOptions } from './durability.js';
import type { Collection } from './model-types.js';
import type { StoreVerbs } from './store-verbs.js';

/** How a transaction is run. */
export interface TransactionOptions extends CommitOptions {
  /** How many more times the function is called when others change what it has read; 4 unless told otherwise. */
  readonly retries?: number | undefined;
}

/** The many-to-many relations of a record. */
export type ManyToManyName<T> = string extends keyof T
  ? string
  : { [K in keyof T]-?: NonNullable<T[K]> extends Collection<unknown, infer J> ? ([J] extends [never] ? never : K) : never }[keyof T];

type FarOf<T, K> = K extends keyof T ? (NonNullable<T[K]> extends Collection<infer R, unknown> ? R : object) : object;

/** The type of a transaction's `add` and `remove`. */
export interface Connect {
  <T extends object, K extends ManyToManyName<T>>(record: T, relation: K, others: FarOf<T, K> | readonly FarOf<T, K>[]): Promise<void>;
}

/**
 * The verbs within a transaction. They are those of the store, and see the
 * transaction's own writes. Once its function has ended they reject with INVALID.
 * The relations of records that they answer are read within it, too. A query within
 * a transaction takes no `include`.
 */
export interface Transaction extends StoreVerbs {
  /** Connects a record with others of the far side of a many-to-many relation. */
  readonly add: Connect;
  /** Parts a record from others of the far side of a many-to-many relation. */
  readonly remove: Connect;
}

/** The type of `transaction`. */
export interface RunTransaction {
  /**
   * Runs `fn` and makes all that it does with `tx` one commit: all of it is stored,
   * or nothing. Resolves with what `fn` resolved with, once the commit is durable.
   * When `fn` rejects, everything is taken back, and the transaction rejects with
   * the same.
   *
   * Transactions are serialisable: each is as if it had run by itself, at the moment
   * of its commit. `fn` reads what the store holds, with its own writes; nobody else
   * sees those before the commit, and nobody has to wait. When another change,
   * in this tab or another, alters an answer that `fn` was given, its verbs reject
   * with CONFLICT and `fn` is called again from the start, up to `retries` times;
   * then the transaction rejects with CONFLICT. So `fn` may be called several times,
   * must have no effects but those through `tx`, must read through `tx` what it
   * relies on, and should await every verb.
   *
   * Whether references lead to records is checked at the end, for the transaction as
   * a whole. A verb that fails leaves nothing behind; `fn` may catch its error and go
   * on. A transaction begun inside another is one by itself.
   */
  <R>(fn: (tx: Transaction) => R | Promise<R>, options?: TransactionOptions): Promise<R>;
}
