import { useLiveCount, useLiveQuery, useRecord, useStatus } from 'granary/react';
import type { DataStore } from 'granary';
import { engineWithin, leavesNothing } from '../../test/leaks.js';
import { BLOG, type Blog } from '../../test/models.js';
import { closeStores, openStore, until } from '../../test/support.js';
import { countSubscriptions, inAct, mount, unmountAll, within } from './support.js';

const EACH = 100; // components at a time
const RELEASE_EACH = 20; // times, after which all live queries are to have ended

describe('ten thousand components', () => {
  afterEach(unmountAll);
  afterEach(closeStores);

  it('leave nothing behind', async function () {
    this.timeout(240_000); // they go through React one batch after the other, and a live query ends a second after the last component
    const { wasm, references } = engineWithin('/dist/granary-sdl.wasm');
    const store: DataStore<Blog> = await openStore<Blog>(BLOG, { wasm });
    const { Post } = store.models;
    await store.save(new Post({ id: 'kept', title: 'kept', rating: 0 }));
    const count = countSubscriptions(store);

    function One({ n }: { readonly n: number }) {
      const { total } = useLiveQuery(Post, (p) => p.rating.ge(n), { sort: (s) => s.rating('DESCENDING'), limit: 3 });
      return <i>{total} {useLiveCount(Post)} {useRecord(Post, 'kept')?.rating} {useStatus().status}</i>;
    }
    await leavesNothing({ store, references, warm: RELEASE_EACH, all: 10_000 / EACH }, async (i) => {
      const shown = Array.from({ length: EACH }, (_, k) => <One key={k} n={i * EACH + k} />);
      await mount(within(store, shown));
      await inAct(async () => store.save(Post.copyOf((await store.query(Post, 'kept'))!, (draft) => void (draft.rating = i))));
      await unmountAll();
      if ((i + 1) % RELEASE_EACH === 0) await until('all are released', () => count.present === 0);
    });
  });
});
