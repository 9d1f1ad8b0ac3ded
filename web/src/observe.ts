import { keyOf } from './key.js';
import { bindingOfInstance } from './model.js';
import type { ModelConstructor } from './model-types.js';
import { Observable, type Observer } from './observable.js';
import { criterionIn, modelOf, type Criterion } from './query.js';
import { recordOf } from './save.js';
import type { Session } from './session.js';

/** What one commit did to one record. */
export interface Message<T> {
  readonly opType: 'INSERT' | 'UPDATE' | 'DELETE';
  readonly model: ModelConstructor<T & object>;
  /** The record as the commit left it; after a delete as it was. */
  readonly element: T;
  /** The record before an update. */
  readonly before: T | undefined;
  /** The fields that an update changed. */
  readonly changed: readonly string[];
  /** Equal for the messages of one commit, and growing. */
  readonly commit: number;
  /** Who made the commit. */
  readonly source: 'LOCAL' | 'OTHER_TAB' | 'SYNC';
}

/** A message as the engine writes it. */
export interface MessageJSON extends Omit<Message<Record<string, unknown>>, 'model'> {
  readonly observer: number;
  readonly model: string;
  /** The epoch, and row and version of the element; version 0 after a delete. */
  readonly ref: readonly [epoch: number, row: number, version: number];
}

/** Messages of what commits do: to all records, to those of a model, to one record, or to those that match. */
export function observe(session: Session | undefined, args: readonly unknown[]): Observable<Message<object>> {
  if (args.length === 0) return messages(session!, {});
  const [target, ...rest] = args;
  const instance = bindingOfInstance(target) && recordOf('observe', session, target);
  const binding = instance || modelOf('observe', session, target);
  const { model, session: own } = binding;
  const { key, where }: Partial<Criterion> = instance ? { key: keyOf(model, target as object) } : criterionIn('observe', binding, rest);
  const whole = key && { and: model.key.map((field, i) => ({ field, op: 'eq', value: key[i] })) };
  return messages(own, { model: model.name, where: whole ?? where });
}

function messages(session: Session, request: object): Observable<Message<object>> {
  return new Observable((observer: Observer<Message<object>>) => session.observe(request, observer));
}
