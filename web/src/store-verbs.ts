import type { Aggregates } from './aggregate-types.js';
import { aggregate } from './aggregate.js';
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

/** What a verb does: on a session, or on that which its first argument belongs to, of whatever follows that. */
type Verb = (op: string, session: Session | undefined, target: unknown, rest: readonly unknown[]) => unknown;

/** Verbs by name as they are called, each through `run`. */
export function called(
  verbs: Readonly<Record<string, Verb>>, session: Session | undefined, run: (verb: () => unknown) => unknown,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(verbs).map(([op, verb]) =>
    [op, (target: unknown, ...rest: unknown[]) => run(() => verb(op, session, target, rest))]));
}

const VERBS = {
  save, saveAll, query, count, delete: remove, deleteAll: removeAll,
  groupBy: aggregate, sum: aggregate, avg: aggregate, min: aggregate, max: aggregate,
} satisfies Record<keyof StoreVerbs, Verb>;

/** The verbs on a session, or on the one that their first argument belongs to. */
export function storeVerbs(session: Session | undefined): StoreVerbs {
  return called(VERBS, session, whenLoaded) as unknown as StoreVerbs;
}
