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

  it('tell the first who listens what happened before, and nobody after', async () => {
    const store = await opened();
    expect(store.storage).to.equal('memory');
    await turn();
    const [first, second]: StoreEvent[][] = [[], []];
    store.events().subscribe((event) => first!.push(event));
    store.events().subscribe((event) => second!.push(event));
    await turn();
    const late: StoreEvent[] = [];
    store.events().subscribe((event) => late.push(event));
    await turn();
    expect([first!.length, second!.length, late.length]).to.deep.equal([1, 1, 0]);
    const [event] = first!;
    if (event?.type !== 'STORAGE') throw new Error(`got ${event?.type}`);
    expect(event).to.include({ store: store.name, storage: 'memory' });
    expect(event.error.code).to.equal('UNAVAILABLE');
    expect(Object.isFrozen(event)).to.equal(true);
  });

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

  it('that nobody hears are kept up to a bound', async () => {
    for (let i = 0; i < 20; i++) await opened(`bounded ${i}`);
    const heard: string[] = [];
    const subscription = DataStore.events().subscribe(({ store }) => heard.push(store));
    await turn();
    subscription.unsubscribe();
    expect(heard).to.deep.equal(Array.from({ length: 16 }, (_, i) => `bounded ${i + 4}`));
  });

  it('do not come when memory was asked for', async () => {
    const heard: StoreEvent[] = [];
    const subscription = DataStore.events().subscribe((event) => heard.push(event));
    await denied(() => openStore(BLOG, { storage: 'memory' }));
    await turn();
    subscription.unsubscribe();
    expect(heard).to.deep.equal([]);
  });
});
