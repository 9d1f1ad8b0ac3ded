import type { Exact, Include, Loaded, ModelConstructor, Predicate, QueryOptions } from 'granary';
import { useMemo } from 'react';
import { loading, type LiveOptions, type LiveResult } from './result.js';
import { orThrow, useSelected, useSource } from './use-source.js';

/**
 * The answer to a query, which follows the store: it is there in the first pass of
 * the first render, and the component renders again after each commit that changes
 * it. Takes what `store.live` takes. Predicate and sort may be new functions in
 * each render: what they say counts. They are called in each render, or, with
 * `deps`, only when one of these has changed. A wrong query is in `error`.
 *
 * @example
 * const { items, total } = useLiveQuery(Post, (p) => p.rating.ge(least), { sort: (s) => s.rating('DESCENDING'), limit: 10 });
 */
export function useLiveQuery<T extends object>(
  model: ModelConstructor<T>, predicate?: Predicate<T>, options?: LiveOptions<T> & { readonly include?: undefined }, deps?: readonly unknown[],
): LiveResult<T>;
/** With relations: an item is another object when anything of what was loaded along with it has changed. */
export function useLiveQuery<T extends object, const I extends Include<T>>(
  model: ModelConstructor<T>, predicate: Predicate<T>,
  options: QueryOptions<T> & { readonly include: I & Exact<T, I>; readonly initial?: readonly Loaded<T, I>[] | undefined }, deps?: readonly unknown[],
): LiveResult<Loaded<T, I>>;
export function useLiveQuery(model: ModelConstructor<object>, ...rest: unknown[]): LiveResult<object> {
  return useLive('useLiveQuery', model, rest);
}

/**
 * The records of {@link useLiveQuery}. A wrong query and an engine that stopped are
 * errors for the nearest error boundary; while a provider without a fallback opens
 * the store, the component suspends.
 */
export function useSuspenseLiveQuery<T extends object>(
  model: ModelConstructor<T>, predicate?: Predicate<T>, options?: LiveOptions<T> & { readonly include?: undefined }, deps?: readonly unknown[],
): readonly T[];
/** With relations: an item is another object when anything of what was loaded along with it has changed. */
export function useSuspenseLiveQuery<T extends object, const I extends Include<T>>(
  model: ModelConstructor<T>, predicate: Predicate<T>,
  options: QueryOptions<T> & { readonly include: I & Exact<T, I>; readonly initial?: readonly Loaded<T, I>[] | undefined }, deps?: readonly unknown[],
): readonly Loaded<T, I>[];
export function useSuspenseLiveQuery(model: ModelConstructor<object>, ...rest: unknown[]): readonly object[] {
  return orThrow(useLive('useSuspenseLiveQuery', model, rest)).items;
}

/** The result of a live query. `rest` is what follows the model. */
function useLive(hook: string, model: ModelConstructor<object>, rest: readonly unknown[]): LiveResult<object> {
  const [predicate, given, deps] = rest as [unknown, LiveOptions<object> | undefined, (readonly unknown[])?];
  const { initial, ...options } = given ?? {};
  const question = () => (given ? [predicate, options] : rest.slice(0, 1));
  const source = useSource(hook, model, question, deps);
  const before = useMemo(() => loading(initial), [initial]);
  return useSelected(source, (result) => result, before);
}
