import { keyOf } from '../../key.js';
import type { Session } from '../../session.js';
import type { AcknowledgedOptions, RejectedMutation, RejectedOp } from '../../sync-types.js';
import { kit } from '../kit.js';

/** A record of a write, by its model and its key as the protocol has it. */
interface Written {
  readonly model: string;
  readonly id: unknown;
  readonly record: object;
}

/** What the engine does for it. */
export interface Waits {
  /** Waits for the server: it is given a number for that, and then model and id of each record. */
  begin(input: readonly unknown[]): Promise<void>;
  /** Waits no longer, by that number. */
  end(wait: number): void;
  rejected(): readonly RejectedMutation[];
}

let last = 0;

/** Resolves when the server has taken what is under way of a write, or of all writes. */
export async function acknowledged(session: Session, waits: Waits, write?: unknown, options?: AcknowledgedOptions): Promise<void> {
  const signal = options?.signal ?? undefined;
  if (signal && !(signal instanceof AbortSignal)) throw kit.invalid('signal must be an AbortSignal', 'sync');
  signal?.throwIfAborted();
  const filed = new Map(waits.rejected().map((rejected) => [rejected.id, rejected]));
  const records = await orAborted(signal, recordsOf(session, write));
  if (records?.length === 0) return;
  const made = Date.now();
  const wait = ++last;
  const done = waits.begin([wait, ...(records ?? []).flatMap(({ model, id }) => [model, id])]);
  try {
    await orAborted(signal, done);
  } catch (error) {
    if (signal?.aborted) giveUp(waits, wait);
    throw error;
  }
  // What the server refused before the engine was asked is no longer under way, but in the box.
  const asked = write instanceof Promise ? undefined : records;
  const refused = waits.rejected().find(({ id, at, ops }) =>
    (filed.has(id) ? asked && isOf(ops, asked, isAsIn) : Date.parse(at) <= made && (!records || isOf(ops, records))));
  if (refused) throw rejection(refused);
}

function giveUp(waits: Waits, wait: number): void {
  try {
    waits.end(wait);
  } catch {
    // The store was closed, and with it the wait.
  }
}

/** The records of a write; undefined when it says nothing of any, so that it may be about all. */
async function recordsOf(session: Session, write: unknown): Promise<Written[] | undefined> {
  if (write === undefined) return undefined;
  const list = (value: unknown) => (Array.isArray(value) ? value : [value]) as unknown[];
  if (!(write instanceof Promise)) return list(write).map((record) => written(session, record));
  const records = list(await write);
  return records.every((value) => session.bindingOf(value)) ? records.map((record) => written(session, record)) : undefined;
}

function written(session: Session, value: unknown): Written {
  const { model } = kit.recordOf('sync', session, value);
  const record = value as object;
  const key = keyOf(model, record);
  return { model: model.name, id: key.length === 1 ? key[0] : key, record };
}

/** Whether some of the ops are of some of the records, and perhaps more. */
function isOf(ops: readonly RejectedOp[], records: readonly Written[], also: (op: RejectedOp, record: object) => boolean = () => true): boolean {
  return ops.some((op) => records.some(({ model, id, record }) => model === op.model && same(id, op.id) && also(op, record)));
}

/** Whether a record is as an op has made it. */
function isAsIn({ data }: RejectedOp, record: object): boolean {
  const plain = JSON.parse(JSON.stringify(record)) as Record<string, unknown>;
  return !!data && Object.entries(data).every(([name, value]) => !(name in plain) || same(plain[name], value));
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function rejection(details: RejectedMutation): Error {
  return kit.engineError({ code: 'REJECTED', op: 'sync', field: details.field, message: details.message, details });
}

/** Settles as a promise does, or rejects as soon as the signal is aborted. */
function orAborted<T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
