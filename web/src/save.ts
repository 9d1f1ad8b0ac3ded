import { valuesOf } from './construct.js';
import { durabilityOf } from './durability.js';
import { invalid } from './errors.js';
import { Instance } from './instance.js';
import { bindingOfInstance, ownBinding, type Binding } from './model.js';
import type { PredicateJSON } from './condition.js';
import { predicateJSON } from './predicate.js';
import { modelOf } from './query.js';
import type { Entry, Saved, Session } from './session.js';

/** The binding of what should be an instance, of this store when one is given. */
export function recordOf(op: string, session: Session | undefined, value: unknown): Binding {
  const binding = bindingOfInstance(value);
  if (binding) return ownBinding(op, session, binding);
  throw invalid('expects a record, made with new or answered by a query', op);
}

/** Saves a record and resolves with it as it is stored. */
export async function save(
  op: string, session: Session | undefined, target: unknown, [condition, options]: readonly unknown[],
): Promise<object> {
  const { model } = recordOf(op, session, target);
  const where = condition === undefined ? null : predicateJSON(op, model, condition);
  return (await saveRecords(op, session, [target], durabilityOf(op, options), where))[0]!;
}

/** Saves what `saveAll` was given: records, or a model and what its constructor takes; then perhaps options. */
export async function saveAll(
  op: string, session: Session | undefined, target: unknown, [second, third]: readonly unknown[],
): Promise<object[] | number> {
  const rows = typeof target === 'function';
  const durability = durabilityOf(op, rows ? third : second);
  return rows ? saveRows(op, modelOf(op, session, target), second, durability) : saveRecords(op, session, target, durability);
}

/** Saves records of one model that were never made instances; resolves with their number. */
async function saveRows(op: string, binding: Binding, rows: unknown, durability: number): Promise<number> {
  const { session, model } = binding;
  if (!Array.isArray(rows)) throw invalid(NO_RECORDS, op, model);
  // Values are made as text.ts asks for them, some at a time, so that those of a large import are never there all at once.
  const slice = (from?: number, to?: number) => rows.slice(from, to).map((row) => valuesOf(binding, row));
  if (rows.length > 0) await session.insert(model, Object.assign(new Array<unknown[]>(rows.length), { slice, toJSON: () => slice() }), durability);
  return rows.length;
}

const NO_RECORDS = 'expects an array of records';

/** Saves records of one store in one commit and resolves with them as they are stored. A condition is that of one record. */
async function saveRecords(
  op: string, session: Session | undefined, records: unknown, durability: number, condition: PredicateJSON | null = null,
): Promise<object[]> {
  if (!Array.isArray(records)) throw invalid(NO_RECORDS, op);
  const list = [...(records as object[])];
  if (list.length === 0) return list;
  const one = session ?? recordOf(op, undefined, list[0]).session;
  const groups = new Map<Binding, number[]>(); // positions in list
  const entries = list.map((record, i): Entry => {
    const binding = recordOf(op, one, record);
    if (!groups.has(binding)) groups.set(binding, []);
    groups.get(binding)!.push(i);
    const { model, plan } = binding;
    return { model, values: plan.values(record), changed: Instance.changedIn(record), condition };
  });
  if (one.saveWithin) return one.saveWithin(entries, list);
  const saved = await one.save(entries, durability);
  if (saved) for (const [binding, positions] of groups) settle(binding, list, positions, saved);
  else list.forEach(Instance.saved); // the engine stopped right after: they stand for themselves
  return list;
}

/**
 * Puts the stored state of saved records of one model in their places. A record that
 * was new and is stored as it is stands for its row; one that somebody deleted since
 * stands for itself.
 */
function settle({ session, model, plan }: Binding, list: object[], positions: readonly number[], { version, answer }: Saved): void {
  const others = positions.filter((i) => {
    const record = list[i]!;
    const whole = Instance.changedIn(record) === null && !plan.stamped;
    Instance.saved(record);
    if (!whole || answer[2 + 2 * i] !== version) return true;
    session.stand(model, answer, i, record);
    return false;
  });
  const refs = others.flatMap((i) => [answer[1 + 2 * i]!, answer[2 + 2 * i]!]);
  const found = session.recordsOf(model, Uint32Array.from([answer[0]!, ...refs]));
  for (const [n, i] of others.entries()) list[i] = found[n] ?? list[i]!;
}
