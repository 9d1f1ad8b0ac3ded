// What goes wrong with IndexedDB, planted in a page before its own code.

/**
 * Counts the calls of IndexedDB and makes one of them fail. `faults.arm({at, how, name})`
 * starts to count from 1; call `at` ends with the exception of that name, thrown by the
 * call, or as the reason for which its transaction is aborted. Other ways to fail: at
 * transaction `at`, `silent` (its end is never told) and `closed` (the connection was
 * closed behind everybody's back); at open `at`, of a database that is there, `deaf` (it
 * is never answered). The function is run by itself in the page, and stands alone.
 */
export function plantFaults() {
  const faults = (globalThis.faults = {
    calls: 0, met: 0, at: 0,
    arm: (plan) => Object.assign(faults, { calls: 0, met: 0, ...plan }),
    disarm: () => Object.assign(faults, { at: 0 }),
  });
  const doomed = new WeakSet(); // transactions that will be aborted
  const due = (...ways) => faults.at > 0 && ways.includes(faults.how) && ++faults.calls === faults.at && ++faults.met > 0;
  const wrap = (prototype, method, around) => {
    const original = prototype[method];
    prototype[method] = function (...args) {
      return around(this, () => original.apply(this, args));
    };
    return original;
  };
  const mute = (target, ...kinds) => {
    for (const kind of kinds) {
      target.addEventListener(kind, (event) => {
        event.stopImmediatePropagation();
        if (kind === 'success') event.target.result.close(); // or it would be in the way of others
      });
    }
    return target;
  };

  const abort = IDBTransaction.prototype.abort;
  const doom = (transaction, error) => {
    Object.defineProperty(transaction, 'error', { value: error });
    doomed.add(transaction);
    queueMicrotask(() => {
      try {
        abort.call(transaction); // one that reads is never committed by hand
      } catch {
        // it was committed, and so aborted, already
      }
    });
  };
  wrap(IDBTransaction.prototype, 'commit', (transaction, run) => (doomed.has(transaction) ? abort.call(transaction) : run()));

  const failing = (prototype, method, spoil) => wrap(prototype, method, (target, run) => {
    if (!due('throw', 'abort')) return run();
    const error = new DOMException('planted', faults.name);
    if (faults.how === 'throw') throw error;
    return spoil(target, run, error);
  });
  for (const method of ['put', 'add', 'delete', 'get', 'getAll', 'getAllKeys', 'clear']) {
    failing(IDBObjectStore.prototype, method, ({ transaction }, run, error) => {
      const request = run();
      doom(transaction, error);
      return request;
    });
  }
  failing(IDBDatabase.prototype, 'transaction', (database, run, error) => {
    const transaction = run();
    doom(transaction, error);
    return transaction;
  });
  const open = failing(IDBFactory.prototype, 'open', (factory, run, error) => {
    const request = open.call(factory, 'granary-harsh-newer', 1); // which is of version 2, so this fails
    Object.defineProperty(request, 'error', { value: error });
    return request;
  });
  open.call(indexedDB, 'granary-harsh-newer', 2).onsuccess = ({ target }) => target.result.close();

  wrap(IDBDatabase.prototype, 'transaction', (database, run) => {
    if (!due('silent', 'closed')) return run();
    if (faults.how === 'silent') return mute(run(), 'complete', 'abort');
    database.close();
    return run();
  });
  wrap(IDBFactory.prototype, 'open', (factory, run) => (due('deaf') ? mute(run(), 'success', 'error') : run()));
}
