import { wholeNumber } from './checks.js';
import { connectBy } from './connect.js';
import { whenLoaded } from './loading.js';
import { ErrorCode, GranaryError, invalid } from './errors.js';
import type { Session } from './session.js';
import { storeVerbs } from './store-verbs.js';
import type { Transaction, TransactionOptions } from './transaction-types.js';

const RETRIES = 4;

/** Runs a function of the caller as one commit, and again when others have changed what it had read. */
export async function transaction<R>(
  session: Session, fn: (tx: Transaction) => R | Promise<R>, options: TransactionOptions = {},
): Promise<R> {
  const { retries = RETRIES } = options ?? {};
  if (typeof fn !== 'function') throw invalid('expects a function, such as async (tx) => { … }', 'transaction');
  wholeNumber('retries', retries, 'transaction');
  for (let left = retries; ; left--) {
    const within = session.begin();
    try {
      const result = await fn(verbs(within.session));
      await whenLoaded(() => within.commit());
      return result;
    } catch (error) {
      const conflict = conflictOf(() => within.rollback());
      if (!conflict) throw error;
      if (left === 0) throw conflict;
    }
  }
}

function conflictOf(rollback: () => void): GranaryError | undefined {
  try {
    rollback();
  } catch (error) {
    if (error instanceof GranaryError && error.code === ErrorCode.Conflict) return error;
  }
  return undefined;
}

/** The verbs within a transaction. */
export function verbs(session: Session): Transaction {
  const connected = (op: 'add' | 'remove') => (record: object, name: string, others: unknown) => connectBy(op, session, record, name, others);
  return Object.freeze({ ...storeVerbs(session), add: connected('add'), remove: connected('remove') }) as unknown as Transaction;
}
