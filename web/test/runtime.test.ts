import { expect } from 'chai';
import { DataStore, type WasmSource } from 'granary';
import { BLOG, type Blog } from './models.js';
import { closeStores, collect, fails, freshName, openStore } from './support.js';

const SDL_WASM = '/dist/granary-sdl.wasm';

/** What a test sees of the toolchain's class: the running instance. */
interface RunningGo {
  _inst: { exports: { mem: WebAssembly.Memory } };
}

interface Page {
  Go: new () => RunningGo;
}

/** A source whose engine can be reached, so that a test can ruin it. */
function reachable(): { source: WasmSource; starts: () => number; ruin: () => void } {
  const page = globalThis as unknown as Page;
  const Original = page.Go;
  let go: RunningGo | undefined;
  let starts = 0;
  const source = async () => {
    starts++;
    return fetch(SDL_WASM);
  };
  page.Go = class extends Original {
    constructor() {
      super();
      go = this;
      page.Go = Original;
    }
  };
  return { source, starts: () => starts, ruin: () => new Uint8Array(go!._inst.exports.mem.buffer).fill(0xff) };
}

describe('the engine', () => {
  before(collect);
  afterEach(closeStores);
  afterEach(collect);

  it('comes from an address, a Response, bytes, a module, a promise or a function', async () => {
    const bytes = await (await fetch(SDL_WASM)).arrayBuffer();
    const module = await WebAssembly.compile(bytes);
    const sources: WasmSource[] = [
      SDL_WASM, new URL(SDL_WASM, location.href), await fetch(SDL_WASM), bytes, new Uint8Array(bytes), module,
      fetch(SDL_WASM), Promise.resolve(module), () => module, async () => bytes,
    ];
    for (const wasm of sources) {
      const store = await openStore<Blog>(BLOG, { wasm });
      await store.save(new store.models.Post({ title: 'one' }));
      expect(await store.count(store.models.Post)).to.equal(1);
    }
  });

  it('is shared by stores of one source', async () => {
    const { source, starts } = reachable();
    const stores = await Promise.all([1, 2, 3].map(() => openStore<Blog>(BLOG, { wasm: source })));
    expect(starts()).to.equal(1);
    await Promise.all(stores.map((s, i) => s.save(new s.models.Post({ title: `${i}` }))));
    for (const [i, s] of stores.entries()) expect((await s.query(s.models.Post)).map((p) => p.title)).to.deep.equal([`${i}`]);
  });

  it('settles every promise when it stops, those of writes with UNKNOWN_OUTCOME', async () => {
    const { source, starts, ruin } = reachable();
    const name = freshName();
    const store = await openStore<Blog>(BLOG, { wasm: source, name, storage: 'indexeddb' });
    const { Post } = store.models;
    const post = await store.save(new Post({ title: 'kept' }));
    const writes = [store.save(new Post({ title: 'lost?' })), store.delete(Post, 'x'), store.clear()];
    await Promise.resolve(); // they are begun
    ruin();
    await fails('RUNTIME_EXITED', /the engine stopped/, () => store.query(Post));
    expect(await Promise.all(writes.map((p) => (p as Promise<unknown>).catch(({ code }: { code: string }) => code)))).to.deep.equal(['UNKNOWN_OUTCOME', 'UNKNOWN_OUTCOME', 'UNKNOWN_OUTCOME']);
    await store.close();
    const again = await openStore<Blog>(BLOG, { wasm: source, name, storage: 'indexeddb' });
    expect(starts()).to.equal(1);
    expect((await again.query(again.models.Post, post.id))?.title).to.equal('kept');
  });

  it('names what came instead of WebAssembly, and the remedy', async () => {
    const rows: [WasmSource, RegExp][] = [
      ['/fault/html/granary-sdl.wasm', /\/fault\/html\/granary-sdl\.wasm was answered with a page of HTML \("<!doctype html>.*not deployed.*wasm: '\/granary\.wasm'/],
      ['/fault/html-as-wasm/granary-sdl.wasm', /html-as-wasm.*(no WebAssembly|HTML)/],
      ['/fault/missing/granary-sdl.wasm', /status 404.*pass its address/],
      ['/fault/garbage/granary-sdl.wasm', /fault\/garbage.*is no WebAssembly/],
      ['/fault/cut/granary-sdl.wasm', /refused by the browser|broke off/],
      ['/fault/other/granary-sdl.wasm', /not the engine of this version|refused by the browser/],
      ['http://127.0.0.1:1/granary.wasm', /could not be fetched/],
      [new Uint8Array(10), /the given bytes is no WebAssembly/],
      [5 as never, /option wasm must be an address.*got number/],
    ];
    for (const [wasm, says] of rows) {
      await fails('WASM', says, () => DataStore.open({ name: freshName(), schema: BLOG, storage: 'memory', wasm }));
    }
  });

  it('starts from an answer of another type, and again after a failure', async () => {
    const store = await openStore<Blog>(BLOG, { wasm: '/fault/type/granary-sdl.wasm' });
    expect(await store.count(store.models.Post)).to.equal(0);
    const wasm = `/fault/once/granary-sdl.wasm?${freshName()}`;
    await fails('WASM', /status 503/, () => openStore(BLOG, { wasm }));
    expect((await openStore(BLOG, { wasm })).storage).to.equal('memory');
  });
});
