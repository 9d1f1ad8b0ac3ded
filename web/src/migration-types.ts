// The types of migrations. Nothing here exists at run time.

import type { DynamicModels, ModelClasses } from './model-types.js';
import type { Transaction } from './transaction-types.js';

/** A record as an older version of the app has stored it: a plain object of its own. */
export type OldRecord = Record<string, unknown>;

/**
 * What a migration function works with: the verbs of a transaction on the records in
 * their present schema. What fits has come along; a value that does not is null or
 * its default, a model with another primary key is empty, and `old` has them all.
 */
export interface Migration<M extends object = DynamicModels> extends Transaction {
  /** The classes of the present models by name. */
  readonly models: ModelClasses<M>;
  /**
   * The records of a model as they are stored, with the names, fields and values of
   * the version that stored them: also of a model that the schema no longer has, by
   * its name.
   */
  old(model: string | { readonly name: string }): Promise<readonly OldRecord[]>;
}

/** Brings the records of the version before to its own. When it rejects, everything stays as it was. */
export type Migrate<M extends object = DynamicModels> = (tx: Migration<M>) => void | Promise<void>;

/** The migration functions by the version that they lead to, from 2 on. */
export interface Migrations<M extends object = DynamicModels> {
  readonly [version: number]: Migrate<M>;
}

/** What the engine says of a migration that is to be run. */
export interface PendingMigration {
  readonly transaction: number;
  /** The versions whose functions are to be run, in order. */
  readonly steps: readonly number[];
}
