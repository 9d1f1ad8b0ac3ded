// What browsers make of IndexedDB and of the classes that Granary can do without:
// docs/browsers.md says the same, and idb/ is written for it. A browser that has
// changed fails here first.

import { expect } from 'chai';
import { freshName } from './support.js';

const agent = navigator.userAgent;
const browser = agent.includes('Firefox/') ? 'firefox' : agent.includes('Chrome/') ? 'chromium' : 'webkit';

/** Opens a database with one record and a unique index, and removes it in the end. */
async function withDatabase(use: (database: IDBDatabase) => Promise<void>): Promise<void> {
  const name = freshName();
  const opening = indexedDB.open(name);
  opening.onupgradeneeded = () => {
    const records = opening.result.createObjectStore('records');
    records.add({}, 1);
  };
  await event(opening, 'success');
  await use(opening.result);
  opening.result.close();
  await event(indexedDB.deleteDatabase(name), 'success');
}

function event(target: EventTarget, ...types: string[]): Promise<string> {
  return new Promise((resolve) => {
    for (const type of types) target.addEventListener(type, () => resolve(type));
  });
}

/** Commits requests before their answers have come, and tells how they and the transaction ended. */
async function committed(database: IDBDatabase, issue: (records: IDBObjectStore) => IDBRequest[]): Promise<string> {
  const transaction = database.transaction('records', 'readwrite');
  const requests = issue(transaction.objectStore('records'));
  transaction.commit();
  const end = await event(transaction, 'complete', 'abort');
  return [end, transaction.error?.name, ...requests.map((request) => request.error?.name)].join(' ');
}

describe('the browser', () => {
  it('undoes a transaction whose last request fails after its commit', async () => {
    await withDatabase(async (database) => {
      expect(await committed(database, (records) => [records.put({}, 2), records.add({}, 1)])).to.equal({
        chromium: 'abort ConstraintError  ConstraintError',
        firefox: 'abort AbortError  ConstraintError',
        webkit: 'abort   ConstraintError',
      }[browser]);
    });
  });

  it('undoes a transaction whose first request fails after its commit, or, in Firefox, keeps the rest', async () => {
    await withDatabase(async (database) => {
      expect(await committed(database, (records) => [records.add({}, 1), records.put({}, 2)])).to.equal({
        chromium: 'abort ConstraintError ConstraintError ',
        firefox: 'complete  ConstraintError ',
        webkit: 'abort  ConstraintError ',
      }[browser]);
    });
  });

  it('is known to idb by a class that SpiderMonkey alone has', () => {
    expect('InternalError' in globalThis).to.equal(browser === 'firefox');
  });

  it('knows both durabilities', async () => {
    await withDatabase(async (database) => {
      for (const durability of ['relaxed', 'strict'] as const) {
        expect(database.transaction('records', 'readwrite', { durability }).durability).to.equal(durability);
      }
    });
  });

  it('has what Granary needs, and, but for WebKitGTK, what it asks for', () => {
    const names = ['locks', 'storage'].filter((name) => name in navigator);
    expect(names).to.deep.equal(browser === 'webkit' ? ['locks'] : ['locks', 'storage']);
    for (const name of ['BroadcastChannel', 'WeakRef', 'FinalizationRegistry', 'reportError', 'localStorage']) {
      expect(name in globalThis, name).to.equal(true);
    }
    expect('dispose' in Symbol).to.equal(browser !== 'webkit');
    expect('QuotaExceededError' in globalThis, 'a class of its own').to.equal(browser === 'chromium');
  });
});
