import { expect } from 'chai';
import { useLiveCount, useLiveQuery, useStore } from 'granary/react';
import { startTransition, useLayoutEffect, useState } from 'react';
import { BLOG, type Blog } from '../../test/models.js';
import { closeStores, openStore, until } from '../../test/support.js';
import { acting, mount, unmountAll, within } from './support.js';

const CHILDREN = 80;

/** Takes so long that React pauses between two of these. */
function work(): void {
  const end = performance.now() + 2;
  while (performance.now() < end);
}

describe('concurrent rendering', () => {
  afterEach(async () => {
    await unmountAll();
    await closeStores();
  });

  it('never shows two states of the store at once, though it changes in the middle of a transition', async () => {
    const store = await openStore<Blog>(BLOG);
    const { Post } = store.models;
    await store.save(new Post({ title: 'first' }));
    let [rendered, committed, savedAt] = [0, 0, -1];
    const shown: string[] = [];
    let go = () => {};
    function Child({ n }: { n: number }) {
      rendered++;
      work();
      const { Post } = useStore<Blog>().models;
      const { total } = useLiveQuery(Post);
      const count = useLiveCount(Post, (p) => p.title.ne(`${n % 3}`));
      return <i>{total === count ? total : `${total}≠${count}`} </i>;
    }
    function Parent() {
      const [on, set] = useState(false);
      go = () => startTransition(() => set(true));
      useLayoutEffect(() => {
        committed++;
        shown.push([...new Set(container.textContent!.trim().split(' '))].join());
      });
      return <>{on && Array.from({ length: CHILDREN }, (_, n) => <Child key={n} n={n} />)}</>;
    }
    const { container, render } = await mount(null);
    await render(within(store, <Parent />));
    acting(false);
    const observer = new MutationObserver(() => shown.push([...new Set(container.textContent!.trim().split(' '))].join()));
    observer.observe(container, { childList: true, subtree: true, characterData: true });
    const before = committed;
    go();
    await until('some are rendered', () => rendered > 5);
    const save = store.save(new Post({ title: 'second' })).then(() => (savedAt = rendered));
    expect(committed, 'the transition is under way').to.equal(before);
    expect(rendered).to.be.below(CHILDREN);
    await save;
    await until('all is shown', () => container.textContent!.trim().split(' ').length === CHILDREN && committed > before);
    await until('the last state is shown', () => shown.at(-1) === '2');
    observer.disconnect();
    expect(savedAt).to.be.greaterThan(5);
    expect(rendered, 'what was rendered before the save was rendered again').to.be.greaterThan(CHILDREN);
    for (const states of shown) expect(states).to.be.oneOf(['', '1', '2']);
  });
});
