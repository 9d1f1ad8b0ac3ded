import { expect } from 'chai';
import { GranaryProvider, useSync, type SyncView } from 'granary/react';
import type { DataStore } from 'granary';
import { StrictMode } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server.browser';
import { BLOG, type Blog } from '../../test/models.js';
import { closeStores, openStore, until } from '../../test/support.js';
import { Backend } from '../../test/sync-backend.js';
import { acting, inAct, mount, unmountAll, within } from './support.js';

/** A component that notes what the hook gives in each of its renders. */
function noting() {
  const seen: (SyncView | undefined)[] = [];
  function Status() {
    const view = useSync();
    seen.push(view);
    return <p>{view ? `${view.status.phase} ${view.status.pending} ${view.rejected.length}` : 'none'}</p>;
  }
  return { seen, Status };
}

/** Rejects posts without a rating. */
function picky(): Backend {
  const backend = new Backend();
  const push = backend.push;
  const choosy: Backend['push'] = async (request) => {
    const fine = await push({ ...request, mutations: request.mutations.filter(({ ops }) => ops.every(({ op, data }) => op !== 'create' || data!['rating'] !== null)) });
    return { results: request.mutations.map(({ id }) => fine.results.find((result) => result.id === id)
      ?? { id, status: 'rejected', error: { code: 'forbidden', message: 'a rating is wanted', field: 'rating' } }) };
  };
  return Object.assign(backend, { push: choosy });
}

const remoteOf = ({ pull, push }: Backend) => ({ pull, push, interval: 1_000_000 });

describe('useSync', () => {
  let store: DataStore<Blog>;

  beforeEach(async () => {
    store = await openStore<Blog>(BLOG);
    acting(false);
  });
  afterEach(async () => {
    await unmountAll();
    await closeStores();
  });

  it('is undefined in a store that does not sync, and follows the syncs that begin and end', async () => {
    const { seen, Status } = noting();
    const { text } = await mount(<StrictMode>{within(store, <Status />)}</StrictMode>);
    expect(text()).to.equal('none');
    acting(false);
    const sync = await store.sync(remoteOf(new Backend()));
    await until('it is shown', () => text() === 'idle 0 0');
    expect(seen.at(-1)!.sync).to.equal(sync);
    await sync.stop();
    await until('it is over', () => text() === 'none');
    const next = await store.sync(remoteOf(new Backend()));
    await until('the next one is shown', () => text() === 'idle 0 0');
    expect(seen.at(-1)!.sync).to.equal(next);
  });

  it('shows what waits, what was rejected, and that nothing is any more', async () => {
    const sync = await store.sync(remoteOf(picky()));
    await sync.whenSynced();
    const { seen, Status } = noting();
    const { text } = await mount(within(store, <Status />));
    await until('it is shown', () => text() === 'idle 0 0');
    acting(false);
    sync.pause();
    await store.save(new store.models.Post({ title: 'good', rating: 1 }));
    await store.save(new store.models.Post({ title: 'not rated' }));
    await until('they wait', () => text() === 'paused 2 0');
    sync.resume();
    await until('one was rejected', () => text() === 'idle 0 1');
    const { rejected } = seen.at(-1)!;
    expect(rejected[0]).to.include({ code: 'forbidden', field: 'rating' });
    await store.save(new store.models.Post({ title: 'better', rating: 5 }));
    await sync.whenSynced();
    expect(seen.at(-1)!.rejected, 'the same array').to.equal(rejected);
    const [{ id, ops }] = rejected as [SyncView['rejected'][number]];
    await sync.retry(id, ops.map((op) => ({ ...op, data: { ...op.data, rating: 2 } })));
    await until('it went through', () => text() === 'idle 0 0');
    expect(await store.count(store.models.Post)).to.equal(3);
  });

  it('is the same object for all components, until something changes', async () => {
    const sync = await store.sync(remoteOf(new Backend()));
    await sync.whenSynced();
    const one = noting();
    const two = noting();
    const { render } = await mount(within(store, <><one.Status /><two.Status /></>));
    await until('it is shown', () => one.seen.at(-1) !== undefined);
    await render(within(store, <><one.Status /><two.Status /></>));
    expect(one.seen.at(-1)).to.equal(two.seen.at(-1));
    expect(new Set(one.seen.slice(1))).to.have.length(1);
    expect(Object.isFrozen(one.seen.at(-1))).to.equal(true);
    await inAct(() => store.save(new store.models.Post({ title: 'news' })));
    await inAct(() => sync.whenSynced());
    expect(one.seen.at(-1)).to.equal(two.seen.at(-1)).and.not.equal(one.seen[1]);
  });

  it('lets go of the sync when no component shows it, and takes it up again', async () => {
    const sync = await store.sync(remoteOf(new Backend()));
    await sync.whenSynced();
    let present = 0;
    const { watch } = sync;
    const counting = { ...sync, watch: () => {
      const observable = watch();
      const subscribe = observable.subscribe.bind(observable) as (...of: unknown[]) => { unsubscribe(): void };
      observable.subscribe = ((...of: unknown[]) => {
        present++;
        const subscription = subscribe(...of);
        return { ...subscription, unsubscribe: () => { present--; subscription.unsubscribe(); } };
      }) as never;
      return observable;
    } };
    const own = store.sync;
    Object.assign(store, { sync: (told: unknown) => own(typeof told === 'function' ? (() => told(counting)) as never : told as never) });
    const { Status } = noting();
    const { text, render } = await mount(within(store, <Status />));
    await until('it is shown', () => text() === 'idle 0 0');
    expect(present).to.equal(1);
    await render(within(store, null));
    await until('it is let go of', () => present === 0);
    await render(within(store, <><Status /><Status /></>));
    await until('it is shown again', () => text() === 'idle 0 0idle 0 0');
    expect(present).to.equal(1);
  });

  it('is undefined while the store is being opened, and where a server rendered', async () => {
    const { Status } = noting();
    let opened = () => {};
    const later = () => new Promise<void>((resolve) => { opened = resolve; }).then(() => openStore<Blog>(BLOG, { sync: remoteOf(new Backend()) as never }));
    const { text } = await mount(<GranaryProvider open={later} fallback={<Status />}><Status /></GranaryProvider>);
    expect(text()).to.equal('none');
    acting(false);
    opened();
    await until('it is shown', () => text() === 'idle 0 0');

    await (await store.sync(remoteOf(new Backend()))).whenSynced();
    const app = within(store, <Status />);
    const container = document.createElement('div');
    container.innerHTML = renderToString(app);
    expect(container.textContent).to.equal('none');
    const errors: unknown[] = [];
    const root = hydrateRoot(container, app, { onRecoverableError: (error) => void errors.push(error) });
    await until('the page goes on', () => container.textContent === 'idle 0 0');
    expect(errors).to.deep.equal([]);
    await inAct(async () => root.unmount());
  });
});
