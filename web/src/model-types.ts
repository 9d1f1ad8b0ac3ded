// The types that TypeScript derives from the interface of a record. Nothing here
// exists at run time.

import type { LoadedFrom } from './include-types.js';
import type { IsMarked, KeyMember, Mark, Member } from './model-marks.js';
import type { SortDirection } from './sort.js';

export type { Marks, ModelType } from './model-marks.js';
export type * from './predicate-types.js';

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

/** What a to-one relation is set to: the record, as it is or with what was loaded along. */
type Related<V> = One<V> | LoadedFrom<One<V>>;

/** The stored fields of a record: no relations. */
export type FieldName<T> = {
  [K in Member<T>]-?: IsOne<T[K]> extends true ? never : IsMany<T[K]> extends true ? never : K;
}[Member<T>];

type Scalar = string | number | boolean | null | undefined;

/** A value as a new record takes it: what may be null inside a custom type may be left out. */
type GivenValue<V> = V extends Scalar ? V
  : V extends readonly (infer E)[] ? readonly GivenValue<E>[]
  : V extends object ? (string extends keyof V ? V : GivenObject<V>) : V;

type GivenObject<V> = { readonly [K in keyof V as null extends V[K] ? never : K]: GivenValue<V[K]> } & {
  readonly [K in keyof V as null extends V[K] ? K : never]?: GivenValue<V[K]> | undefined;
};

type Given<T, K extends keyof T> = IsOne<T[K]> extends true
  ? Related<T[K]> | (K extends Mark<T, 'required'> ? undefined : null | undefined)
  : GivenValue<T[K]>;

/** What a constructor or a draft may be given: fields and to-one relations. */
type Givable<T> = {
  [K in Member<T>]-?: IsMany<T[K]> extends true ? never : K extends Mark<T, 'readOnly'> ? never : K;
}[Member<T>];

/** The relations and foreign keys of the mark `either`. */
type Alternative<T> = Both<Mark<T, 'either'>>;

type Both<E> = [E] extends [never] ? never : keyof E | E[keyof E];

type LeftOut<T> = IsMarked<T> extends true ? Mark<T, 'optional'> : 'id' | 'createdAt' | 'updatedAt';

type Left<T> = {
  [K in Givable<T>]: K extends LeftOut<T>
    ? K
    : null extends T[K] ? K : undefined extends T[K] ? K
    : typeof FOREIGN_KEY extends keyof T[K] ? K : IsOne<T[K]> extends true ? K : never;
}[Givable<T>];

/** A relation by its record, or else by all fields of its foreign key. */
type Either<T, R extends keyof T, F extends keyof T> =
  | ({ readonly [K in R]: Related<T[K]> } & { readonly [K in F]?: T[K] | undefined })
  | ({ readonly [K in F]: T[K] } & { readonly [K in R]?: undefined });

/** All the alternatives of a model at once: as parameters of functions they are joined by `&`. */
type Eithers<T, E> = [E] extends [never]
  ? unknown
  : { [R in keyof E]: (init: Either<T, R & keyof T, E[R] & keyof T>) => void }[keyof E] extends (init: infer I) => void ? I : unknown;

/**
 * What `new Model(init)` takes: nullable fields, a managed id, what has a default
 * and relations may be left out. In a generated interface a required relation is
 * given as a record or as its foreign key, and what the store sets cannot be given.
 */
export type Init<T> = Dynamic<T> extends true
  ? { readonly [name: string]: unknown }
  : { readonly [K in Exclude<Givable<T>, Left<T> | Alternative<T>>]: Given<T, K> } & {
      readonly [K in Exclude<Left<T>, Alternative<T>>]?: Given<T, K> | undefined;
    } & Eithers<T, Mark<T, 'either'>>;

type Mutable<V> = V extends Scalar ? V
  : V extends readonly (infer E)[] ? Mutable<E>[]
  : V extends object ? { -readonly [K in keyof V]: Mutable<V[K]> } : V;

type Drafted<T, K extends keyof T> = IsOne<T[K]> extends true
  ? T[K] | Related<T[K]> | (K extends Mark<T, 'required'> ? never : null)
  : Mutable<T[K]>;

type Unchangeable<T> = Extract<Member<T>, Mark<T, 'readOnly'> | Mark<T, 'fixed'> | KeyMember<T>>;

/**
 * What the callback of `copyOf` changes: fields by value, to-one relations by
 * instance, or null where they may be. In a generated interface the key and what
 * the store sets can only be read.
 */
export type Draft<T> = Dynamic<T> extends true
  ? { [name: string]: unknown }
  : { -readonly [K in Exclude<Givable<T>, Unchangeable<T>>]: Drafted<T, K> } & { readonly [K in Unchangeable<T>]: T[K] };

/**
 * The key of a record: its value, or for a composite key an object of its fields
 * or an array in key order. Of interfaces that are written by hand it is not known
 * which fields these are.
 */
export type Key<T> = IsMarked<T> extends true
  ? ExactKey<T, Mark<T, 'key'>>
  : string | number | readonly (string | number)[] | (Dynamic<T> extends true ? { readonly [name: string]: unknown } : Partial<Pick<T, FieldName<T>>>);

type ExactKey<T, K> = K extends readonly [infer F extends keyof T]
  ? T[F]
  : K extends readonly (infer F extends keyof T)[]
    ? { readonly [N in F]: T[N] } | { readonly [I in keyof K]: K[I] extends keyof T ? T[K[I]] : never }
    : never;

type Sortable<T> = { [K in FieldName<T>]: [NonNullable<T[K]>] extends [string | number | boolean] ? K : never }[FieldName<T>];

/** The single values of a model, as a sort is given them: `s => s.rating('DESCENDING').title('ASCENDING')`. */
export type SortOf<T> = Dynamic<T> extends true
  ? { readonly [name: string]: (direction: SortDirection) => SortOf<T> }
  : { readonly [K in Sortable<T>]: (direction: SortDirection) => SortOf<T> };

/** How many records a query answers with, which, and in what order. */
export interface QueryOptions<T> {
  /** Ties, and everything when there is no sort, are in order of insertion. */
  readonly sort?: ((fields: SortOf<T>) => SortOf<T>) | undefined;
  /** The page, counted from 0; needs a limit. */
  readonly page?: number | undefined;
  /** The most records to answer with; 0 means none. */
  readonly limit?: number | undefined;
}
