import type { GranaryError } from '../errors.js';
import type { Session } from '../session.js';
import type { Transaction, TransactionOptions } from '../transaction-types.js';
import { connectBy } from './connect.js';
import { kit } from './kit.js';
import { first, turn } from './worker/fair.js';
import { Within } from './within.js';

const RETRIES = 4;

/** Runs a function of the caller as one commit, and again when others have changed what it had read. Of several stores that are open it takes none. */
export async function transaction<R>(
  session: Session | number, fn: (tx: Transaction) => R | Promise<R>, options: TransactionOptions = {},
): Promise<R> {
  if (typeof session === 'number') throw kit.invalid(`${session} stores are open; call it on one of them, as store.transaction(…)`, 'transaction');
  const { retries = RETRIES } = options ?? {};
  if (typeof fn !== 'function') throw kit.invalid('expects a function, such as async (tx) => { … }', 'transaction');
  kit.wholeNumber('retries', retries, 'transaction');
  const durability = kit.durabilityOf('transaction', options);
  let done = () => {};
  try {
    for (let left = retries; ; left--) {
      await turn(session);
      if (left < retries) done = first(session);
      const within = new Within(session, await kit.whenLoaded(() => session.begin()));
      try {
        const result = await fn(verbs(within.session));
        await kit.whenLoaded(() => within.commit(durability));
        return result;
      } catch (error) {
        const conflict = await conflictOf(within);
        if (!conflict) throw error;
        if (left === 0) throw conflict;
        done();
      }
    }
  } finally {
    done();
  }
}

async function conflictOf(within: Within): Promise<GranaryError | undefined> {
  try {
    await within.rollback();
  } catch (error) {
    if (error instanceof kit.GranaryError && error.code === 'CONFLICT') return error;
  }
  return undefined;
}

/** The verbs within a transaction. */
export function verbs(session: Session): Transaction {
  const connected = (op: 'add' | 'remove') => (record: object, name: string, others: unknown) => connectBy(op, session, record, name, others);
  const own = kit.storeVerbs(session) as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const op of ['save', 'saveAll', 'delete', 'deleteAll']) own[op] = withoutOptions(op, own[op]!);
  return Object.freeze({ ...own, add: connected('add'), remove: connected('remove') }) as unknown as Transaction;
}

/** A verb that refuses options of a commit, of which there is one for the whole transaction. */
function withoutOptions(op: string, verb: (...args: unknown[]) => unknown): (...args: unknown[]) => Promise<unknown> {
  return async (...args) => {
    const before = op.endsWith('All') && typeof args[0] !== 'function' ? 1 : 2;
    if (kit.durabilityOf(op, args[before])) throw kit.invalid('durability is said of the transaction as a whole', op);
    return verb(...args);
  };
}
