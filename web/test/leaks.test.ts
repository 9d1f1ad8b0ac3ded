import { expect } from 'chai';
import type { DataStore } from 'granary';
import { engineWithin, leavesNothing, type References } from './leaks.js';
import { BLOG, type Blog } from './models.js';
import { closeStores, openStore } from './support.js';

const [WARM, ALL] = [1000, 10_000];
const SAVE_EACH = 100;

describe('ten thousand times', function () {
  this.timeout(180_000);
  let store: DataStore<Blog>;
  let references: References;

  beforeEach(async () => {
    const engine = engineWithin('/dist/granary-sdl.wasm');
    ({ references } = engine);
    store = await openStore<Blog>(BLOG, { wasm: engine.wasm });
    const { Post, Comment } = store.models;
    const post = await store.save(new Post({ id: 'kept', title: 'kept', rating: 0 }));
    await store.save(new Comment({ id: 'c', content: 'good', post }));
  });
  afterEach(closeStores);

  /** A save that all of them have to tell of. The rows of the past are the store's, so it makes no new record. */
  async function now(i: number): Promise<void> {
    if (i % SAVE_EACH > 0) return;
    const { Post } = store.models;
    await store.save(Post.copyOf((await store.query(Post, 'kept'))!, (draft) => void (draft.rating = i)));
  }

  it('live queries, counts and groups leave nothing behind', async () => {
    const { Post } = store.models;
    let told = 0;
    const lives = (i: number) => [
      store.live(Post, (p) => p.rating.ge(i % 50), { sort: (s) => s.rating('DESCENDING'), limit: 10 }),
      store.live(Post, (p) => p.comments.content.eq('good'), { include: { comments: true } }),
      store.liveCount(Post),
      store.liveGroupBy(Post, ['status']),
    ];
    await leavesNothing({ store, references, warm: WARM, all: ALL }, async (i) => {
      const live = lives(i)[i % 4]!;
      const subscription = (live as { subscribe(told: () => void): { unsubscribe(): void } }).subscribe(() => void told++);
      await now(i);
      subscription.unsubscribe();
      expect(live.current).to.equal(undefined);
    });
    expect(told).to.be.greaterThan(ALL / SAVE_EACH);
  });

  it('observers leave nothing behind', async () => {
    const { Post } = store.models;
    let told = 0;
    await leavesNothing({ store, references, warm: WARM, all: ALL }, async (i) => {
      const observed = [() => store.observe(), () => store.observe(Post), () => store.observe(Post, 'kept'), () => store.observe(Post, (p) => p.rating.ge(0))][i % 4]!();
      const subscription = observed.subscribe(() => void told++);
      await now(i);
      subscription.unsubscribe();
    });
    expect(told).to.be.greaterThan(ALL / SAVE_EACH / 2);
  });
});
