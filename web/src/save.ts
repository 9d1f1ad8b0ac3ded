import { invalid } from './errors.js';
import { Instance } from './instance.js';
import { keyOf } from './key.js';
import { bindingOfInstance, type Binding } from './model.js';
import type { PredicateJSON } from './condition.js';
import { predicateJSON } from './predicate.js';
import type { Session } from './session.js';

/** One record to save, as the engine reads it. */
type Entry = readonly [
  model: string, row: object, changed: readonly string[] | null, condition: PredicateJSON | null,
];

/** The binding of what should be an instance, of this store when one is given. */
export function recordOf(op: string, session: Session | undefined, value: unknown): Binding {
  const binding = bindingOfInstance(value);
  if (!binding) throw invalid('expects a record, made with new or answered by a query', { op });
  if (session && binding.session !== session) {
    const { model, session: { name } } = binding;
    throw invalid(`the record is of the store ${name}, not of ${session.name}`, { op, model: model.name });
  }
  return binding;
}

/** Saves a record and resolves with it as it is stored. */
export async function save(session: Session | undefined, record: object, condition?: unknown): Promise<object> {
  const binding = recordOf('save', session, record);
  const { model } = binding;
  const where = condition === undefined ? null : predicateJSON('save', model, condition);
  await binding.session.save([entry(binding, record, where)]);
  return stored(binding, record);
}

/** Saves records of one store in one commit and resolves with them as they are stored. */
export async function saveAll(session: Session | undefined, records: unknown): Promise<object[]> {
  if (!Array.isArray(records)) throw invalid('expects an array of records', { op: 'saveAll' });
  const list = [...(records as object[])];
  if (list.length === 0) return list;
  const one = session ?? recordOf('saveAll', undefined, list[0]).session;
  const bindings = list.map((record) => recordOf('saveAll', one, record));
  const answer = await one.save(list.map((record, i) => entry(bindings[i]!, record, null)));
  const groups = new Map<Binding, number[]>();
  for (const [i, binding] of bindings.entries()) {
    const group = groups.get(binding);
    if (group) group.push(i);
    else groups.set(binding, [i]);
  }
  for (const [binding, positions] of groups) replaceByStored(binding, list, positions, answer);
  return list;
}

function entry({ model }: Binding, record: object, condition: PredicateJSON | null): Entry {
  return [model.name, record, Instance.changedIn(record), condition];
}

/**
 * The present state of a record that was saved. Others may have written since the
 * commit, so it is read anew; when they deleted it, what was saved is the answer.
 */
function stored({ session, model }: Binding, record: object): object {
  Instance.saved(record);
  return session.get(model, keyOf(model, record)) ?? record;
}

/** Puts the present state of the records at some positions, all of one model, in their place. */
function replaceByStored(binding: Binding, list: object[], positions: readonly number[], answer: Uint32Array): void {
  const { session, model } = binding;
  const many = positions.length >= READ_TOGETHER && positions.length * ROWS_PER_READ >= session.count(model, {});
  const together = many
    ? session.standing(model, answer[0]!, positions.map((i) => answer[1 + 2 * i]!))
    : undefined;
  for (const [n, i] of positions.entries()) {
    const record = list[i]!;
    const found = together?.[n];
    if (found && sameKey(binding, found, record)) {
      Instance.saved(record);
      list[i] = found;
    } else list[i] = stored(binding, record);
  }
}

function sameKey({ model }: Binding, a: object, b: object): boolean {
  const other = keyOf(model, b);
  return keyOf(model, a).every((part, i) => part === other[i]);
}

/** From so many records on it may pay to read a whole model's row numbers. */
const READ_TOGETHER = 64;
/** So many row numbers are read in the time in which one record is read by its key. */
const ROWS_PER_READ = 128;
