import type { Aggregates } from './aggregate-types.js';
import { aggregates } from './aggregate.js';
import { remove, removeAll } from './delete.js';
import { whenLoaded } from './loading.js';
import { count, query } from './query.js';
import { save, saveAll } from './save.js';
import type { Session } from './session.js';
import type { Count, Delete, DeleteAll, Query, Save, SaveAll } from './verbs.js';

/** The verbs that are the same on a store, on DataStore itself, and within a transaction. */
export interface StoreVerbs extends Aggregates {
  readonly save: Save;
  readonly saveAll: SaveAll;
  readonly query: Query;
  readonly count: Count;
  readonly delete: Delete;
  readonly deleteAll: DeleteAll;
}

/** The verbs on a session, or on the one that their first argument belongs to. */
export function storeVerbs(session: Session | undefined): StoreVerbs {
  const verbs = {
    save: (record: object, condition: unknown, options: unknown) => whenLoaded(() => save(session, record, condition, options)),
    saveAll: (...args: unknown[]) => whenLoaded(() => saveAll(session, args)),
    query: (model: unknown, ...rest: unknown[]) => whenLoaded(() => query(session, model, rest)),
    count: (model: unknown, ...rest: unknown[]) => whenLoaded(() => count(session, model, rest)),
    delete: (target: unknown, ...rest: unknown[]) => whenLoaded(() => remove(session, target, rest)),
    deleteAll: (...args: unknown[]) => whenLoaded(() => removeAll(session, args)),
  };
  return { ...verbs, ...aggregates(session) } as unknown as StoreVerbs;
}
