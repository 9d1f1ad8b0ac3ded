import { Predicates, type ModelConstructor, type Predicate } from 'granary';
import { orThrow, useSelected, useSource } from './use-source.js';

/**
 * How many records a model has, or how many of them satisfy a predicate; it reads
 * none of them, and renders again when the number changes. A wrong predicate is an
 * error for the nearest error boundary. On a server it is 0.
 */
export function useLiveCount<T extends object>(model: ModelConstructor<T>, predicate?: Predicate<T>, deps?: readonly unknown[]): number;
export function useLiveCount(model: ModelConstructor<object>, ...[predicate = Predicates.ALL, deps]: [unknown?, (readonly unknown[])?]): number {
  const source = useSource('useLiveCount', model, () => [predicate, { limit: 0 }], deps);
  return useSelected(source, (result) => orThrow(result).total);
}
