import type { DataStore, ModelConstructor } from 'granary';
import { useMemo, useSyncExternalStore } from 'react';
import { useStore } from './provider.js';
import { failed, loading, type LiveResult } from './result.js';
import { constant, watchOf, type Source } from './watch.js';

const EMPTY = loading<object>();

/** What follows a model in a call of `store.live`, or undefined where nothing is asked. */
type Rest = readonly unknown[] | undefined;

/**
 * The source of a question, the same for the same question. `question` gives what
 * follows the model; with `deps` it is asked again only when one of these has
 * changed. What it or the store throws is the source's error.
 */
export function useSource(
  hook: string, model: ModelConstructor<object>, question: (store: DataStore<object>) => Rest, deps?: readonly unknown[],
): Source {
  const store = useStore<object>(hook);
  const find = (): { source: Source; same: unknown } => {
    try {
      const rest = question(store);
      const source = rest ? watchOf(store, model, rest) : constant(EMPTY);
      return { source, same: rest ? source : EMPTY };
    } catch (error) {
      return { source: constant(failed(error)), same: String(error) };
    }
  };
  const { source, same } = useMemo(find, (deps && [store, model, ...deps]) as readonly unknown[]);
  return useMemo(() => source, [same]);
}

/** What a selector gives of a source's result, followed. `before` is the result on a server. */
export function useSelected<V>(source: Source, select: (result: LiveResult<object>) => V, before = EMPTY): V {
  return useSyncExternalStore(source.subscribe, () => select(source.read()), () => select(before));
}

/** The result, unless it is an error, which is thrown for the nearest error boundary. */
export function orThrow(result: LiveResult<object>): LiveResult<object> {
  if (result.status === 'error') throw result.error;
  return result;
}
