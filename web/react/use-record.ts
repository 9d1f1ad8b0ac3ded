import { ErrorCode, GranaryError, type DataStore, type Key, type ModelConstructor } from 'granary';
import { orThrow, useSelected, useSource } from './use-source.js';

/**
 * The record with a key, as it is now, or undefined when there is none; it renders
 * again when that record changes. The key is one as `query` takes it, or null where
 * none is known yet. A wrong key is an error for the nearest error boundary. On a
 * server it is undefined.
 */
export function useRecord<T extends object>(model: ModelConstructor<T>, key: Key<T> | null): T | undefined;
export function useRecord(model: ModelConstructor<object>, key: unknown): object | undefined {
  const source = useSource('useRecord', model, (store) => (key === null ? undefined : [byKey(store, model, key)]));
  return useSelected(source, (result) => orThrow(result).items[0]);
}

interface Fields {
  readonly [name: string]: { eq(value: unknown): unknown };
  readonly and: { eq(value: unknown): unknown } & ((conditions: (fields: Fields) => unknown[]) => unknown);
}

/** The predicate that the record with a key satisfies alone. */
function byKey(store: DataStore<object>, model: ModelConstructor<object>, key: unknown): (fields: Fields) => unknown {
  const names = store.schema.models.find(({ name }) => name === model.name)?.key ?? [];
  const values = Array.isArray(key) ? key as unknown[]
    : typeof key === 'object' ? names.map((name) => (key as Record<string, unknown>)[name]) : [key];
  if (values.length === names.length && !values.some((value) => value === undefined || value === null)) {
    return (fields) => fields.and((of) => names.map((name, i) => of[name]!.eq(values[i])));
  }
  throw new GranaryError(ErrorCode.Invalid, `useRecord: expects a key (${names.join(', ')}) of ${model.name}, or null for no record`, {
    op: 'useRecord', model: model.name,
  });
}
