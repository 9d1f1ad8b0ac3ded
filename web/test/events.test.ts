import { expect } from 'chai';
import { DataStore, type StoreEvent } from 'granary';
import { BLOG, type Blog } from './models.js';
import { closeStores, freshName, openStore } from './support.js';

/** Runs something while the browser denies IndexedDB. */
async function denied<T>(run: () => Promise<T>): Promise<T> {
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = () => {
    throw new DOMException('denied', 'SecurityError');
  };
  try {
    return await run();
  } finally {
    IDBFactory.prototype.open = open;
  }
}

/** Opens a store that goes to memory for want of IndexedDB, which is an event. */
const opened = (name = freshName()) => denied(() => openStore<Blog>(BLOG, { name, storage: undefined }));

const turn = () => new Promise((resolve) => setTimeout(resolve));

describe('events', () => {
  afterEach(closeStores);

  it('are those of one store, or of all', async () => {
    const all: string[] = [];
    const everyone = DataStore.events().subscribe(({ store }) => all.push(store));
    const [a, b] = [await opened(), await opened()];
    const own: string[] = [];
    a.events().subscribe(({ store }) => own.push(store));
    const again = await opened(a.name); // another one of that name
    await turn();
    everyone.unsubscribe();
    expect(all).to.deep.equal([a.name, b.name, again.name]);
    expect(own).to.deep.equal([a.name]);
  });

  it('end when the store is closed, and only there', async () => {
    const [a, b] = [await opened(), await opened()];
    const ended: string[] = [];
    for (const store of [a, b]) store.events().subscribe({ complete: () => ended.push(store.name) });
    await a.close();
    expect(ended).to.deep.equal([a.name]);
  });

  it('do not come when memory was asked for', async () => {
    const heard: StoreEvent[] = [];
    const subscription = DataStore.events().subscribe((event) => heard.push(event));
    const { name } = await denied(() => openStore(BLOG, { storage: 'memory' }));
    await turn();
    subscription.unsubscribe();
    expect(heard.filter(({ store }) => store === name)).to.deep.equal([]);
  });
});
