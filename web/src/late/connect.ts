import { keyOf } from '../key.js';
import type { Binding } from '../model.js';
import type { Relation } from '../schema.js';
import type { Session } from '../session.js';
import { kit } from './kit.js';

/** Connects a record with others of the far side of a many-to-many relation, or parts it from them, in one commit. */
export async function connect(
  op: 'add' | 'remove', { session, model }: Binding, relation: Relation, record: object, others: unknown,
): Promise<void> {
  const far = relation.through?.target;
  const refuse = (message: string) => kit.invalid(message, op, model, relation.name);
  if (!far) throw refuse(`is no many-to-many relation; save or delete the records of ${relation.target.name}, which keep it`);
  const keys = (Array.isArray(others) ? others : [others]).map((other: unknown) => {
    if (session.root.bindingOf(other)?.model !== far) throw refuse(`takes records of ${far.name} of the same store`);
    return keyOf(far, other as object);
  });
  const values = relation.fields.map((name) => (record as Record<string, unknown>)[name]);
  if (keys.length) await kit.whenLoaded(() => kit.placeOf(record, session).connect(model, relation, { remove: op === 'remove', values, keys }));
}

/** The same by the name of the relation. */
export async function connectBy(op: 'add' | 'remove', session: Session, record: object, name: string, others: unknown): Promise<void> {
  const binding = kit.recordOf(op, session, record);
  const relation = binding.model.relations.get(name);
  if (!relation) throw kit.unknownMember(op, binding.model, name);
  return connect(op, binding, relation, record, others);
}
