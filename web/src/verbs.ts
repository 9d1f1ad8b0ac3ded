import type { CommitOptions } from './durability.js';
import type { Exact, Include, Loaded, LoadedFrom } from './include-types.js';
import type { LiveQuery, LiveValue } from './live.js';
import type { Observable } from './observable.js';
import type { Message } from './observe.js';
import type { Init, Key, ModelConstructor, Predicate, QueryOptions } from './model-types.js';

/** What no class is, so that a model cannot be given where one of its records is meant. */
type NoClass = { readonly prototype?: never } | { readonly copyOf?: never };

/** The type of `save`. */
export interface Save {
  /**
   * Saves a record and resolves, once it is durable, with the record as it is
   * stored. A new record is inserted; of an edited copy the changed fields are
   * written on top of the present row; an unchanged record is left as it is. With
   * a condition, a stored record that does not satisfy it rejects with CONFLICT.
   */
  <T extends object>(record: LoadedFrom<T>, condition?: Predicate<T>, options?: CommitOptions): Promise<T>;
  <T extends object>(record: T & NoClass, condition?: Predicate<T>, options?: CommitOptions): Promise<T>;
}

/** The type of `saveAll`. */
export interface SaveAll {
  /** Saves records, of any models of one store, in one commit: all of them or none. */
  <T extends object>(records: readonly T[], options?: CommitOptions): Promise<T[]>;
  /**
   * Saves records of one model in one commit from what their constructor takes,
   * without making instances of them, which is the fastest way to import. Resolves
   * with their number.
   */
  <T extends object>(model: ModelConstructor<T>, records: readonly Init<T>[], options?: CommitOptions): Promise<number>;
}

/** The type of `query`. */
export interface Query {
  /** All records of a model, in order of insertion. */
  <T extends object>(model: ModelConstructor<T>): Promise<T[]>;
  /** The records that satisfy a predicate, with some of their relations, all in one answer. */
  <T extends object, const I extends Include<T>>(
    model: ModelConstructor<T>, predicate: Predicate<T>, options: QueryOptions<T> & { readonly include: I & Exact<T, I> },
  ): Promise<Loaded<T, I>[]>;
  /** The record with a key, with some of its relations. */
  <T extends object, const I extends Include<T>>(
    model: ModelConstructor<T>, key: Key<T>, options: { readonly include: I & Exact<T, I> },
  ): Promise<Loaded<T, I> | undefined>;
  /** The records that satisfy a predicate, sorted and paged by the options. */
  <T extends object>(model: ModelConstructor<T>, predicate: Predicate<T>, options?: QueryOptions<T>): Promise<T[]>;
  /** The record with a key, or undefined. An undefined key is INVALID. */
  <T extends object>(model: ModelConstructor<T>, key: Key<T>): Promise<T | undefined>;
}

/** The type of `observe`. */
export interface Observe {
  /**
   * Tells of each commit that changes records, once it is durable, in the order of
   * commits, each commit once: of all models.
   */
  (): Observable<Message<object>>;
  /** Of one record. */
  <T extends object>(record: T & NoClass): Observable<Message<T>>;
  /** Of one model, or of its records that have a key or match a predicate; a deleted record matches as it was. */
  <T extends object>(model: ModelConstructor<T>, criterion?: Predicate<T> | Key<T>): Observable<Message<T>>;
}

/** The type of `live`. */
export interface Live {
  /**
   * A query whose answer follows the store: the first answer comes at once, then
   * one after each commit that changes it, in any tab that this one hears of.
   */
  <T extends object>(model: ModelConstructor<T>, predicate?: Predicate<T>, options?: QueryOptions<T> & { readonly include?: undefined }): LiveQuery<T>;
  /** With relations: an item is another object when anything of what was loaded along with it has changed. */
  <T extends object, const I extends Include<T>>(
    model: ModelConstructor<T>, predicate: Predicate<T>, options: QueryOptions<T> & { readonly include: I & Exact<T, I> },
  ): LiveQuery<Loaded<T, I>>;
}

/** The type of `liveCount`. */
export interface LiveCount {
  /** How many records a model has, or how many of them satisfy a predicate: at once, and then each time that the number is another one. */
  <T extends object>(model: ModelConstructor<T>, predicate?: Predicate<T>): LiveValue<number>;
}

/** The type of `count`. */
export interface Count {
  /** How many records a model has, or how many of them satisfy a predicate. */
  <T extends object>(model: ModelConstructor<T>, predicate?: Predicate<T>): Promise<number>;
}

/** The type of `delete`. */
export interface Delete {
  /** Deletes the records that satisfy a predicate, and resolves with them. `Predicates.ALL` deletes all. */
  <T extends object>(model: ModelConstructor<T>, predicate: Predicate<T>, options?: CommitOptions): Promise<T[]>;
  /** Deletes the record with a key, and resolves with an array of it, empty when there was none. */
  <T extends object>(model: ModelConstructor<T>, key: Key<T>, options?: CommitOptions): Promise<T[]>;
  /**
   * Deletes a record and resolves with the argument, also when it was not stored.
   * With a condition, a stored record that does not satisfy it rejects with CONFLICT.
   */
  <T extends object>(record: LoadedFrom<T>, condition?: Predicate<T>, options?: CommitOptions): Promise<T>;
  <T extends object>(record: T & NoClass, condition?: Predicate<T>, options?: CommitOptions): Promise<T>;
}

/** The type of `deleteAll`. */
export interface DeleteAll {
  /** Deletes records, of any models of one store, in one commit with one cascade, and resolves with them. */
  <T extends object>(records: readonly T[], options?: CommitOptions): Promise<T[]>;
  /** Deletes the records of a model with some keys in one commit, and resolves with those that there were. */
  <T extends object>(model: ModelConstructor<T>, keys: readonly Key<T>[], options?: CommitOptions): Promise<T[]>;
}

/** What `check` found. */
export interface CheckReport {
  /** One line for each invariant that does not hold; empty in a whole store. */
  readonly problems: readonly string[];
}

/** What `stats` tells. */
export interface Stats {
  /** Of each model how many records and bytes there are; of one that is not in memory, as its blocks in storage have it. */
  readonly models: readonly { readonly model: string; readonly rows: number; readonly bytes: number; readonly loaded: boolean }[];
  /** The bytes of the engine's heap, all stores together. */
  readonly memory: number;
  readonly log: { readonly entries: number; readonly bytes: number };
  /** What storage holds besides the log. */
  readonly blocks: { readonly count: number; readonly bytes: number };
  /** Commits that are on their way to storage. */
  readonly pending: number;
  /** Where the engine runs. */
  readonly host: 'page' | 'worker';
}

/** What `estimate` tells. A browser that does not say leaves a number undefined. */
export interface Estimate {
  /** Bytes that the site takes, about. */
  readonly usage: number | undefined;
  /** Bytes that it may take, about. */
  readonly quota: number | undefined;
  /** Whether the browser keeps the data when the device runs out of room. */
  readonly persisted: boolean;
}
