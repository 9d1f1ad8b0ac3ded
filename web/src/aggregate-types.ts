// The types of sum, avg, min, max and groupBy. Nothing here exists at run time.

import type { LiveValue } from './live.js';
import type { FieldName, ModelConstructor, Predicate } from './model-types.js';
import type { SortDirection } from './sort.js';

type Dynamic<T> = string extends keyof T ? true : false;

/** The fields of a record whose values are of the type V, null left out. */
type FieldOf<T, V> = Dynamic<T> extends true
  ? string
  : { [K in FieldName<T> & string]: unknown extends T[K] ? never : NonNullable<T[K]> extends V ? K : never }[FieldName<T> & string];

/** The fields that can be added up. */
export type NumberField<T> = FieldOf<T, number>;
/** The fields with a least and a greatest value. */
export type ComparableField<T> = FieldOf<T, number | string>;
/** The fields that records can be grouped by. */
export type KeyField<T> = FieldOf<T, number | string | boolean>;

type ValueOf<T, F> = Dynamic<T> extends true ? number | string : F extends keyof T ? NonNullable<T[F]> : never;

/** The type of `sum`. */
export interface Sum {
  /**
   * Adds up a field of all records, or of those that satisfy a predicate, nulls left
   * out; 0 when there is nothing. Integers are added exactly up to 2^53, others are
   * compensated; a sum that leaves the range of finite numbers is LIMIT.
   */
  <T extends object>(model: ModelConstructor<T>, field: NumberField<T>, predicate?: Predicate<T>): Promise<number>;
}

/** The type of `avg`. */
export interface Average {
  /** The mean of a field, nulls left out; null when there is nothing. */
  <T extends object>(model: ModelConstructor<T>, field: NumberField<T>, predicate?: Predicate<T>): Promise<number | null>;
}

/** The type of `min` and `max`. */
export interface Aggregate {
  /** A field's least or greatest value in the order in which a sort has them, nulls left out; null when there is nothing. */
  <T extends object, F extends ComparableField<T>>(
    model: ModelConstructor<T>, field: F, predicate?: Predicate<T>,
  ): Promise<ValueOf<T, F> | null>;
}

type Names<F extends string> = F | readonly F[];
type NameIn<N> = N extends readonly (infer F)[] ? F : N;

/** What groups can be sorted by: what they are grouped by, their size, and what was asked for. */
export type GroupSort<T, By, S, A, Lo, Hi> = {
  readonly [F in Exclude<NameIn<By>, 'count' | 'key' | 'sum' | 'avg' | 'min' | 'max'> & string]:
    (direction: SortDirection) => GroupSort<T, By, S, A, Lo, Hi>;
} & {
  /** By the number of records. */
  count(direction: SortDirection): GroupSort<T, By, S, A, Lo, Hi>;
  /** By a field that is grouped by, whatever its name. */
  key(field: NameIn<By>, direction: SortDirection): GroupSort<T, By, S, A, Lo, Hi>;
  sum(field: NameIn<S>, direction: SortDirection): GroupSort<T, By, S, A, Lo, Hi>;
  avg(field: NameIn<A>, direction: SortDirection): GroupSort<T, By, S, A, Lo, Hi>;
  min(field: NameIn<Lo>, direction: SortDirection): GroupSort<T, By, S, A, Lo, Hi>;
  max(field: NameIn<Hi>, direction: SortDirection): GroupSort<T, By, S, A, Lo, Hi>;
};

/** Which records are grouped, what is worked out of each group, and which groups are answered in what order. */
export interface GroupOptions<T, By, S, A, Lo, Hi> {
  /** Only records that satisfy this are looked at. */
  readonly where?: Predicate<T> | undefined;
  readonly sum?: S;
  readonly avg?: A;
  readonly min?: Lo;
  readonly max?: Hi;
  /** Ties, and everything when there is no sort, are in order of the first record's insertion. */
  readonly sort?: ((groups: GroupSort<T, By, S, A, Lo, Hi>) => GroupSort<T, By, S, A, Lo, Hi>) | undefined;
  /** The page of groups, counted from 0; needs a limit. */
  readonly page?: number | undefined;
  /** The most groups to answer with. */
  readonly limit?: number | undefined;
}

type Asked<Name extends string, N, V> = [N] extends [never] ? unknown : { readonly [K in Name]: V };

/** One group of records: what they have in common, how many they are, and what was asked for. */
export type Group<T, By, S = never, A = never, Lo = never, Hi = never> = {
  /** The values that the records have in common; null is one of them. */
  readonly key: { readonly [F in NameIn<By> & string]: F extends keyof T ? T[F] : unknown };
  readonly count: number;
} & Asked<'sum', S, { readonly [F in NameIn<S> & string]: number }> &
  Asked<'avg', A, { readonly [F in NameIn<A> & string]: number | null }> &
  Asked<'min', Lo, { readonly [F in NameIn<Lo> & string]: ValueOf<T, F> | null }> &
  Asked<'max', Hi, { readonly [F in NameIn<Hi> & string]: ValueOf<T, F> | null }>;

/** The type of `groupBy`. */
export interface GroupBy {
  /**
   * Puts records with equal values in some fields into groups. Without fields, `[]`,
   * all records are one group, also when there are none.
   */
  <
    T extends object, const By extends Names<KeyField<T>>,
    const S extends Names<NumberField<T>> = never, const A extends Names<NumberField<T>> = never,
    const Lo extends Names<ComparableField<T>> = never, const Hi extends Names<ComparableField<T>> = never,
  >(model: ModelConstructor<T>, by: By, options?: GroupOptions<T, By, S, A, Lo, Hi>): Promise<Group<T, By, S, A, Lo, Hi>[]>;
}

/** The type of `liveGroupBy`. */
export interface LiveGroupBy {
  /**
   * As groupBy: at once, and then after each commit that makes the groups others. When
   * a record that matches has changed, all that match are put into groups again.
   */
  <
    T extends object, const By extends Names<KeyField<T>>,
    const S extends Names<NumberField<T>> = never, const A extends Names<NumberField<T>> = never,
    const Lo extends Names<ComparableField<T>> = never, const Hi extends Names<ComparableField<T>> = never,
  >(model: ModelConstructor<T>, by: By, options?: GroupOptions<T, By, S, A, Lo, Hi>): LiveValue<readonly Group<T, By, S, A, Lo, Hi>[]>;
}

/** The verbs that work something out of records. */
export interface Aggregates {
  readonly sum: Sum;
  readonly avg: Average;
  readonly min: Aggregate;
  readonly max: Aggregate;
  readonly groupBy: GroupBy;
}
