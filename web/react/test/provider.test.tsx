import { expect } from 'chai';
import { DataStore, type GranaryError } from 'granary';
import { GranaryProvider, useLiveQuery, useRecord, useStatus, useStore, useSuspenseLiveQuery, type LiveResult, type StoreStatus } from 'granary/react';
import { StrictMode, Suspense } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server.browser';
import { BLOG, type Blog, type Post } from '../../test/models.js';
import { closeStores, freshName, openStore, until } from '../../test/support.js';
import { acting, Boundary, inAct, loudly, mount, unmountAll, within } from './support.js';

/** The titles of all posts, the status, and the status of the store. */
function Posts() {
  const { Post } = useStore<Blog>().models;
  const { items, status } = useLiveQuery(Post);
  return <p>{items.map(({ title }) => title).join(' ')} {status} {useStatus().status}</p>;
}

function Status() {
  return <i>{useStatus().status}</i>;
}

/** Opens a store as an app does, and tells how often and whether it is open. */
function opener() {
  const name = freshName();
  const stores: DataStore<Blog>[] = [];
  const open = async () => {
    const store = await DataStore.open<Blog>({ name, schema: BLOG, storage: 'memory' });
    stores.push(store);
    await store.save(new store.models.Post({ title: 'first' }));
    return store;
  };
  const closed = async () => stores.at(-1)!.count(stores.at(-1)!.models.Post).then(() => false, (error: GranaryError) => error.code === 'CLOSED');
  return { open, stores, closed };
}

describe('the provider', () => {
  afterEach(async () => {
    await unmountAll();
    await closeStores();
  });

  it('opens a store once, in StrictMode too, shows the fallback until then, and closes it when it is gone', async () => {
    const { open, stores, closed } = opener();
    acting(false);
    const { text, unmount } = await mount(
      <StrictMode><GranaryProvider open={() => open()} fallback={<Status />}><Posts /></GranaryProvider></StrictMode>,
    );
    await until('it is open', () => text() === 'first ready open');
    expect(stores).to.have.length(1);
    expect(await closed()).to.equal(false);
    await unmount();
    let over = false;
    await until('it is closed', () => {
      void closed().then((is) => (over ||= is));
      return over;
    });
  });

  it('lets components suspend where it has no fallback', async () => {
    const { open, stores } = opener();
    let opened = () => {};
    const later = () => new Promise<void>((resolve) => (opened = resolve)).then(open);
    function Items() {
      const { Post } = useStore<Blog>().models;
      return <p>{useSuspenseLiveQuery(Post).length}</p>;
    }
    const { text } = await mount(
      <GranaryProvider open={later}><b>shell </b><Suspense fallback="wait"><Items /></Suspense><Status /></GranaryProvider>,
    );
    expect(text()).to.equal('shell waitopening');
    acting(false);
    opened();
    await until('it is there', () => text() === 'shell 1open');
    expect(stores).to.have.length(1);
  });

  it('gives the error of a store that cannot be opened to the boundary', async () => {
    const open = () => DataStore.open({ name: freshName(), schema: 'type Post @model { id: Wrong! }', storage: 'memory' });
    for (const fallback of ['wait', undefined]) {
      await loudly(async () => {
        const { text } = await mount(<Boundary><GranaryProvider open={open} fallback={fallback}><Posts /></GranaryProvider></Boundary>);
        acting(false);
        await until('it is caught', () => text() === 'caught SCHEMA');
      });
    }
  });

  it('may be given another store', async () => {
    const [a, b] = [await openStore<Blog>(BLOG), await openStore<Blog>(BLOG)];
    await a.save(new a.models.Post({ title: 'of a' }));
    await b.save(new b.models.Post({ title: 'of b' }));
    const { text, render } = await mount(within(a, <Posts />));
    expect(text()).to.equal('of a ready open');
    await render(within(b, <Posts />));
    expect(text()).to.equal('of b ready open');
    await inAct(() => a.save(new a.models.Post({ title: 'not seen' })));
    await inAct(() => b.save(new b.models.Post({ title: 'seen' })));
    expect(text()).to.equal('of b seen ready open');
    let error: unknown;
    function Strange() {
      error = useLiveQuery(a.models.Post).error;
      return null;
    }
    await mount(within(b, <Strange />));
    expect(error).to.include({ code: 'INVALID' });
    expect(String(error)).to.match(/of the store/);
  });

  it('says when the store was closed, and keeps what it had', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const saved = await store.save(new Post({ title: 'last' }));
    const seen: LiveResult<Post>[] = [];
    const statuses: StoreStatus[] = [];
    function Watch() {
      seen.push(useLiveQuery(Post));
      statuses.push(useStatus());
      return <b>{useRecord(Post, saved.id)?.title}</b>;
    }
    const { text, render } = await mount(within(store, <><Watch /></>));
    expect(statuses.at(-1)).to.deep.equal({ status: 'open', error: undefined, storage: 'memory', isSynced: true, sync: 'LOCAL' });
    await inAct(() => store.close());
    expect(seen.at(-1)).to.deep.include({ status: 'closed', total: 1, error: undefined });
    expect(statuses.at(-1)!.status).to.equal('closed');
    expect(text()).to.equal('last');
    await render(within(store, <><Watch /><Posts /></>));
    expect(text(), 'as long as somebody shows it').to.equal('lastlast closed closed');
    await render(within(store, <Posts key="anew" />));
    await render(within(store, null));
    await render(within(store, <Posts />));
    expect(text(), 'what is mounted later asks in vain').to.equal(' error closed');
  });

  it('is missed with an error that names the hook', async () => {
    let message = '';
    function Alone() {
      try {
        useStatus();
      } catch (error) {
        message = String(error);
      }
      return null;
    }
    await mount(<Alone />);
    expect(message).to.contain('useStatus: there is no <GranaryProvider> above this component');
  });

  it('takes over what a server rendered, without another word of it', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    const [old, present] = await store.saveAll([new Post({ title: 'old' }), new Post({ title: 'new' })]);
    const passes: string[] = [];
    function Items() {
      const { items, status } = useLiveQuery(Post, (p) => p.title.ne(''), { initial: [old!] });
      const shown = `${items.map(({ title }) => title).join(' ')} ${status}`;
      passes.push(shown);
      return <p>{shown}</p>;
    }
    const app = within(store, <Items />);
    const container = document.createElement('div');
    container.innerHTML = renderToString(app);
    expect(container.textContent).to.equal('old loading');
    const errors: unknown[] = [];
    let unmount = () => {};
    await inAct(async () => {
      const root = hydrateRoot(container, app, { onRecoverableError: (error) => void errors.push(error) });
      unmount = () => root.unmount();
    });
    expect(errors).to.deep.equal([]);
    expect(passes.slice(0, 2)).to.deep.equal(['old loading', 'old loading']);
    expect(container.textContent).to.equal(`old ${present!.title} ready`);
    await inAct(async () => unmount());
  });
});
