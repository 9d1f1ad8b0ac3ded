// The types of predicates, derived from the interface of a record: which operators
// a field has, and what each takes. Nothing here exists at run time.

import type { Member } from './model-marks.js';
import type { Collection, DynamicRecord } from './model-types.js';

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

/** What can be asked of every field. null is a value of nullable fields only. */
export interface EqualityPredicate<V> {
  eq(value: V): Condition;
  ne(value: V): Condition;
  in(values: readonly V[]): Condition;
  notIn(values: readonly V[]): Condition;
}

/** What can be asked of a field whose values have an order. null is before, after and between nothing. */
export interface OrderPredicate<V> extends EqualityPredicate<V> {
  gt(value: NonNullable<V>): Condition;
  ge(value: NonNullable<V>): Condition;
  lt(value: NonNullable<V>): Condition;
  le(value: NonNullable<V>): Condition;
  /** Both ends belong to the range. */
  between(low: NonNullable<V>, high: NonNullable<V>): Condition;
}

/** What can be asked of a text: a string, a date, an enum. */
export interface TextPredicate<V> extends OrderPredicate<V> {
  /** Whether the text has this part. */
  contains(part: string): Condition;
  notContains(part: string): Condition;
  beginsWith(prefix: string): Condition;
}

/** What can be asked of a list whose elements are of type E. */
export interface ListPredicate<V, E> extends EqualityPredicate<V> {
  /** Whether the list has this element. */
  contains(element: E): Condition;
  notContains(element: E): Condition;
}

/** A value as it is compared: an absent one counts as null. */
type Compared<V> = undefined extends V ? Exclude<V, undefined> | null : V;

/** What can be asked of a field of type V: by the kind of its values. */
export type FieldPredicate<V> = [NonNullable<V>] extends [string]
  ? TextPredicate<Compared<V>>
  : [NonNullable<V>] extends [number]
    ? OrderPredicate<Compared<V>>
    : [NonNullable<V>] extends [readonly (infer E)[]]
      ? ElementPredicate<Compared<V>, E>
      : EqualityPredicate<Compared<V>>;

/** Lists of objects are compared as a whole only. */
type ElementPredicate<V, E> = [NonNullable<E>] extends [string | number | boolean] ? ListPredicate<V, E> : EqualityPredicate<V>;

/** The fields, relations and groups of a model, as a predicate is given them. */
export type PredicateOf<T> = string extends keyof T
  ? DynamicPredicate
  : Groups<T> & { readonly [K in Member<T>]-?: MemberPredicate<T[K]> };

/** Any path of names, for models without an interface. Unknown names are refused at run time. */
export type DynamicPredicate = Groups<DynamicRecord> &
  Quantifiers<DynamicRecord> &
  TextPredicate<unknown> & ListPredicate<unknown, unknown> & { readonly [name: string]: DynamicPredicate };

type MemberPredicate<V> = NonNullable<V> extends Collection<infer R, infer J>
  ? ManyPredicate<R, J>
  : NonNullable<V> extends PromiseLike<infer R>
    ? PredicateOf<NonNullable<R>> & Quantifiers<NonNullable<R>>
    : FieldPredicate<V>;

type ManyPredicate<R, J> = PredicateOf<R> & Quantifiers<R> & ([J] extends [never] ? unknown : Omit<PredicateOf<J>, keyof R>);
