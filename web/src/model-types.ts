// The types that TypeScript derives from the interface of a record. Nothing here
// exists at run time.

import type { LoadedFrom } from './include-types.js';
import type { SortDirection } from './sort.js';

declare const JOIN: unique symbol;

/** A related record, read when it is awaited: `await comment.post`. It follows the store. */
export type Lazy<T> = Promise<T | undefined>;

/**
 * Related records, read when they are asked for. They follow the store: each
 * reading sees what is stored at that time. `J` is the join model of a
 * many-to-many relation, for predicates that go through it.
 */
export interface Collection<T, J = never> extends AsyncIterable<T> {
  /** Resolves with all related records, or with the first `max` of them. */
  toArray(options?: { readonly max?: number }): Promise<T[]>;
  /**
   * Of a many-to-many relation: connects with records of the far side, in one
   * commit. Those that are connected already stay as they are.
   */
  readonly add: [J] extends [never] ? never : Others<T>['connect'];
  /** Of a many-to-many relation: parts from records of the far side, in one commit. The records themselves stay. */
  readonly remove: [J] extends [never] ? never : Others<T>['connect'];
  readonly [JOIN]?: J;
}

interface Others<T> {
  connect(records: T | readonly T[]): Promise<void>;
}

declare const FOREIGN_KEY: unique symbol;

/**
 * A field that a relation keeps: `readonly postId: ForeignKey<string>`. It is of
 * the type V; a new record may leave it out and give the relation instead.
 */
export type ForeignKey<V> = V & { readonly [FOREIGN_KEY]?: true };

/** A record whose model has no interface. Its fields must be narrowed before use. */
export interface DynamicRecord {
  readonly [name: string]: unknown;
}

/** What `DataStore.open` assumes when no interfaces are given. */
export interface DynamicModels {
  readonly [name: string]: DynamicRecord;
}

/** The classes of a store by model name. */
export type ModelClasses<M> = {
  readonly [K in keyof M]: M[K] extends object ? ModelConstructor<M[K]> : never;
};

/**
 * The class of a model. An instance is frozen, with all it holds; its own
 * properties are the stored fields, its relations are getters.
 */
export interface ModelConstructor<T extends object> {
  /**
   * Makes a record and validates it at once. A managed id and defaults are filled
   * in, what is left out is null. `init` is copied. Nothing is stored yet.
   */
  new (init: Init<T>): T;
  /**
   * Makes an edited copy. The draft can be changed freely inside the callback;
   * when nothing was changed, the same object comes back. Saving the copy writes
   * the changed fields only.
   */
  copyOf(source: T | LoadedFrom<T>, recipe: (draft: Draft<T>) => void): T;
  readonly prototype: T;
  readonly name: string;
}

type Dynamic<T> = string extends keyof T ? true : false;
type One<V> = NonNullable<V> extends PromiseLike<infer R> ? NonNullable<R> : never;
type IsOne<V> = NonNullable<V> extends PromiseLike<unknown> ? true : false;
type IsMany<V> = NonNullable<V> extends Collection<unknown, unknown> ? true : false;

/** The stored fields of a record: no relations. */
export type FieldName<T> = {
  [K in keyof T]-?: IsOne<T[K]> extends true ? never : IsMany<T[K]> extends true ? never : K;
}[keyof T];

type Given<V> = IsOne<V> extends true ? One<V> | LoadedFrom<One<V>> | null | undefined : V;

type Left<T> = {
  [K in keyof T]-?: K extends 'id' | 'createdAt' | 'updatedAt'
    ? K
    : null extends T[K] ? K : undefined extends T[K] ? K
    : typeof FOREIGN_KEY extends keyof T[K] ? K : IsOne<T[K]> extends true ? K : never;
}[keyof T];

type Givable<T> = { [K in keyof T]-?: IsMany<T[K]> extends true ? never : K }[keyof T];

/** What `new Model(init)` takes: nullable fields, id, timestamps and relations may be left out. */
export type Init<T> = Dynamic<T> extends true
  ? { readonly [name: string]: unknown }
  : { readonly [K in Exclude<Givable<T>, Left<T>>]: Given<T[K]> } & {
      readonly [K in Extract<Givable<T>, Left<T>>]?: Given<T[K]> | undefined;
    };

type Mutable<V> = V extends readonly (infer E)[] ? Mutable<E>[] : V extends object ? { -readonly [K in keyof V]: Mutable<V[K]> } : V;

/** What the callback of `copyOf` changes: fields by value, to-one relations by instance or null. */
export type Draft<T> = Dynamic<T> extends true
  ? { [name: string]: unknown }
  : { -readonly [K in Givable<T>]: IsOne<T[K]> extends true ? T[K] | Exclude<Given<T[K]>, undefined> : Mutable<T[K]> };

/** The key of a record: a single value, or for a composite key an object or an array in key order. */
export type Key<T> = string | number | readonly (string | number)[] | KeyObject<T>;

type KeyObject<T> = Dynamic<T> extends true ? { readonly [name: string]: unknown } : Partial<Pick<T, FieldName<T>>>;

declare const CONDITION: unique symbol;

/** One finished condition: what a predicate returns. */
export interface Condition {
  readonly [CONDITION]: true;
}

/** A predicate: it is given the fields and relations of a model and returns a condition. */
export type Predicate<T> = ((fields: PredicateOf<T>) => Condition | PredicateOf<T>) | Condition;

type Group<T> = (fields: PredicateOf<T>) => readonly (Condition | PredicateOf<T>)[];
type Single<T> = (fields: PredicateOf<T>) => Condition | PredicateOf<T>;

/** The groups that hold on any level of a predicate. */
export interface Groups<T> {
  /** All conditions of the array hold; on a relation, for one and the same related record. */
  and(group: Group<T>): Condition;
  /** At least one condition of the array holds. */
  or(group: Group<T>): Condition;
  /** The condition does not hold. */
  not(single: Single<T>): Condition;
}

/** What can be asked of related records besides their fields. */
export interface Quantifiers<T> {
  /** At least one related record satisfies the condition: what a plain path means, too. */
  some(single: Single<T>): Condition;
  /** No related record fails the condition. */
  every(single: Single<T>): Condition;
  /** No related record satisfies the condition. */
  none(single: Single<T>): Condition;
}

type Contained<V> = NonNullable<V> extends readonly (infer E)[] ? E : NonNullable<V>;

/** What can be asked of a field. */
export interface FieldPredicate<V> {
  eq(value: NonNullable<V> | null): Condition;
  ne(value: NonNullable<V> | null): Condition;
  gt(value: NonNullable<V>): Condition;
  ge(value: NonNullable<V>): Condition;
  lt(value: NonNullable<V>): Condition;
  le(value: NonNullable<V>): Condition;
  /** Both ends belong to the range. */
  between(low: NonNullable<V>, high: NonNullable<V>): Condition;
  /** A part of a string, or an element of a list. */
  contains(value: Contained<V>): Condition;
  notContains(value: Contained<V>): Condition;
  beginsWith(value: NonNullable<V>): Condition;
  in(values: readonly (NonNullable<V> | null)[]): Condition;
  notIn(values: readonly (NonNullable<V> | null)[]): Condition;
}

/** The fields, relations and groups of a model, as a predicate is given them. */
export type PredicateOf<T> = Dynamic<T> extends true
  ? DynamicPredicate
  : Groups<T> & { readonly [K in keyof T]-?: MemberPredicate<T[K]> };

/** Any path of names, for models without an interface. Unknown names are refused at run time. */
export type DynamicPredicate = Groups<DynamicRecord> &
  Quantifiers<DynamicRecord> &
  FieldPredicate<unknown> & { readonly [name: string]: DynamicPredicate };

type MemberPredicate<V> = NonNullable<V> extends Collection<infer R, infer J>
  ? ManyPredicate<R, J>
  : IsOne<V> extends true ? PredicateOf<One<V>> & Quantifiers<One<V>> : FieldPredicate<V>;

type ManyPredicate<R, J> = PredicateOf<R> & Quantifiers<R> & ([J] extends [never] ? unknown : Omit<PredicateOf<J>, keyof R>);


/** The fields of a model, as a sort is given them: `s => s.rating('DESCENDING').title('ASCENDING')`. */
export type SortOf<T> = Dynamic<T> extends true
  ? { readonly [name: string]: (direction: SortDirection) => SortOf<T> }
  : { readonly [K in FieldName<T>]: (direction: SortDirection) => SortOf<T> };

/** How many records a query answers with, which, and in what order. */
export interface QueryOptions<T> {
  /** Ties, and everything when there is no sort, are in order of insertion. */
  readonly sort?: ((fields: SortOf<T>) => SortOf<T>) | undefined;
  /** The page, counted from 0; needs a limit. */
  readonly page?: number | undefined;
  /** The most records to answer with; 0 means none. */
  readonly limit?: number | undefined;
}
