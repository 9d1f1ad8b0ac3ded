// The types of a query's relations to include, and of what it answers then. Nothing
// here exists at run time.

import type { Member } from './model-marks.js';
import type { Collection, DynamicRecord, FieldName, Predicate, QueryOptions } from './model-types.js';

declare const LOADED: unique symbol;

/** A record that relations were loaded along with: it may stand wherever a T is saved, edited, deleted or referred to. */
export interface LoadedFrom<T> {
  readonly [LOADED]: T;
}

type Dynamic<T> = string extends keyof T ? true : false;

/** The relations of a record. */
export type RelationName<T> = Exclude<Member<T>, FieldName<T>>;

type IsMany<V> = NonNullable<V> extends Collection<unknown, unknown> ? true : false;

/** The record that a relation leads to. */
type Far<V> = NonNullable<V> extends Collection<infer R extends object, unknown>
  ? R
  : NonNullable<V> extends PromiseLike<infer R> ? Extract<R, object> : never;

interface ToOneOptions<T> {
  /** Leaves the record out when it does not satisfy this. */
  readonly where?: Predicate<T> | undefined;
  readonly include?: Include<T>;
}

/** Which of the related records to load. All of it holds for each parent by itself. */
interface ToManyOptions<T> extends QueryOptions<T> {
  readonly where?: Predicate<T> | undefined;
  readonly include?: Include<T>;
}

/**
 * The relations to load along with records: `{ comments: true }`, or with options,
 * `{ comments: { where: (c) => c.rating.gt(3), limit: 3, include: { author: true } } }`.
 */
export type Include<T> = Dynamic<T> extends true
  ? { readonly [relation: string]: true | ToManyOptions<DynamicRecord> }
  : { readonly [K in RelationName<T>]?: true | Options<T[K]> };

type Options<V> = IsMany<V> extends true ? ToManyOptions<Far<V>> : ToOneOptions<Far<V>>;

/** Never, where I names something that T does not have. */
export type Exact<T, I> = Dynamic<T> extends true
  ? unknown
  : { readonly [K in keyof I]: K extends RelationName<T> ? ExactOptions<T[K], I[K]> : never };

type ExactOptions<V, O> = O extends true
  ? true
  : { readonly [P in keyof O]: P extends 'include' ? Exact<Far<V>, O[P]> : P extends keyof Options<V> ? unknown : never };

/** A record with what was loaded for its relations in place of them: an array, or a record or undefined. */
export type Loaded<T, I> = Dynamic<T> extends true
  ? T
  : Omit<T, keyof I> & LoadedFrom<T> & { readonly [K in keyof I & keyof T]: LoadedRelation<T[K], I[K]> };

type LoadedRelation<V, O> = IsMany<V> extends true ? readonly Below<V, O>[] : Below<V, O> | undefined;

type Below<V, O> = O extends { readonly include: infer N extends object } ? Loaded<Far<V>, N> : Far<V>;
