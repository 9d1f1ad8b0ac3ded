// Rendering on a server, in Node: no page, and no store is opened.

import { expect } from 'chai';
import { DataStore } from 'granary';
import { GranaryProvider, useLiveCount, useLiveQuery, useRecord, useStatus, useStore, useSuspenseLiveQuery, useSync } from 'granary/react';
import { Suspense } from 'react';
import { renderToString } from 'react-dom/server.browser';
import { BLOG, type Blog, type Post } from '../../test/models.js';

/** All hooks at once, and what they give. */
function Everything({ initial }: { initial?: readonly Post[] }) {
  const { Post } = useStore<Blog>().models;
  const { items, total, status, isSynced } = useLiveQuery(Post, (p) => p.rating.gt(0), { initial });
  const others = useSuspenseLiveQuery(Post);
  const given = items.map(({ title }) => title).join();
  return <p>{`[${given}] ${total} ${status} ${isSynced} ${others.length} ${useLiveCount(Post)} ${useRecord(Post, 'a')?.title} ${useStatus().status} ${useSync()}`}</p>;
}

function Status() {
  return <i>{useStatus().status}</i>;
}

const never = () => Promise.reject(new Error('a server opens no store'));

/** The tests by title. Each is given the engine. */
export const tests: Record<string, (wasm: Uint8Array) => Promise<void>> = {
  'renders the empty result, or that which is given': async (wasm) => {
    const store = await DataStore.open<Blog>({ name: 'server', schema: BLOG, storage: 'memory', wasm });
    const { Post } = store.models;
    const post = await store.save(new Post({ id: 'a', title: 'first', rating: 1 }));
    const html = renderToString(<GranaryProvider store={store}><Everything /></GranaryProvider>);
    expect(html).to.equal('<p>[] 0 loading false 0 0 undefined open undefined</p>');
    const given = renderToString(<GranaryProvider store={store}><Everything initial={[post]} /></GranaryProvider>);
    expect(given).to.equal('<p>[first] 1 loading false 0 0 undefined open undefined</p>');
    await store.close();
  },

  'renders the fallback of a provider that opens a store': async () => {
    const html = renderToString(<GranaryProvider open={never} fallback={<Status />}><Everything /></GranaryProvider>);
    expect(html).to.equal('<i>opening</i>');
  },

  'leaves what has no fallback to the page': async () => {
    const app = <GranaryProvider open={never}><main><Suspense fallback="wait"><Everything /></Suspense></main></GranaryProvider>;
    const html = renderToString(app);
    expect(html).to.match(/<main>[^]*wait[^]*<\/main>/).and.not.contain('[]');
  },
};
