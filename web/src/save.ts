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
export async function save(session: Session | undefined, record: object, condition?: unknown, options?: unknown): Promise<object> {
  const binding = recordOf('save', session, record);
  const where = condition === undefined ? null : predicateJSON('save', binding.model, condition);
  const entries = [entry(binding, record, where)];
  const durability = durabilityOf('save', options);
  if (session?.saveWithin) return session.saveWithin(entries, [record])[0]!;
  const saved = await binding.session.save(entries, durability);
  return (saved ? stored(binding, [record], saved) : alone([record]))[0]!;
}

/** Saves what `saveAll` was given: records, or a model and what its constructor takes; then perhaps options. */
export async function saveAll(session: Session | undefined, args: readonly unknown[]): Promise<object[] | number> {
  const [first, second, third] = args;
  const rows = typeof first === 'function';
  const durability = durabilityOf('saveAll', rows ? third : second);
  return rows ? saveRows(modelOf('saveAll', session, first), second, durability) : saveRecords(session, first, durability);
}

/** Saves records of one model that were never made instances; resolves with their number. */
async function saveRows(binding: Binding, rows: unknown, durability: number): Promise<number> {
  const { session, model } = binding;
  if (!Array.isArray(rows)) throw invalid('expects an array of records', 'saveAll', model);
  if (rows.length === 0) return 0;
  await session.insert(model, rows.map((row) => valuesOf(binding, row)), durability);
  return rows.length;
}

/** Saves records of one store in one commit and resolves with them as they are stored. */
async function saveRecords(session: Session | undefined, records: unknown, durability: number): Promise<object[]> {
  if (!Array.isArray(records)) throw invalid('expects an array of records', 'saveAll');
  const list = [...(records as object[])];
  if (list.length === 0) return list;
  const one = session ?? recordOf('saveAll', undefined, list[0]).session;
  const groups = new Map<Binding, number[]>(); // positions in list
  const entries = list.map((record, i) => {
    const binding = recordOf('saveAll', one, record);
    if (!groups.has(binding)) groups.set(binding, []);
    groups.get(binding)!.push(i);
    return entry(binding, record, null);
  });
  if (one.saveWithin) return one.saveWithin(entries, list);
  const saved = await one.save(entries, durability);
  if (!saved) return alone(list);
  if (groups.size === 1) return stored(groups.keys().next().value!, list, saved);
  for (const [binding, positions] of groups) {
    const part = stored(binding, positions.map((i) => list[i]!), { ...saved, answer: pick(saved.answer, positions) });
    for (const [n, i] of positions.entries()) list[i] = part[n]!;
  }
  return list;
}

function entry({ model, plan }: Binding, record: object, condition: PredicateJSON | null): Entry {
  return { model, values: plan.values(record), changed: Instance.changedIn(record), condition };
}

/**
 * The stored state of records of one model that were saved. A record that was new
 * and is stored as it is stands for its row; one that somebody deleted since stands
 * for itself.
 */
function stored(
  { session, model, plan }: Binding, records: readonly object[], { version, answer }: Saved,
): object[] {
  let all = true;
  for (let i = 0; i < records.length; i++) {
    const record = records[i]!;
    const whole = Instance.changedIn(record) === null && !plan.stamped;
    Instance.saved(record);
    if (whole && answer[2 + 2 * i] === version) session.stand(model, answer, i, record);
    else all = false;
  }
  if (all) return [...records];
  return session.recordsOf(model, answer).map((found, i) => found ?? records[i]!);
}

/** The same when the engine that saved them stopped right after: they stand for themselves. */
function alone(records: readonly object[]): object[] {
  records.forEach(Instance.saved);
  return [...records];
}

/** The answer for the records at some positions. */
function pick(answer: Uint32Array, positions: readonly number[]): Uint32Array {
  return Uint32Array.from([answer[0]!, ...positions.flatMap((i) => [...answer.subarray(1 + 2 * i, 3 + 2 * i)])]);
}
