import { expect } from 'chai';
import { DataStore, GranaryError, type StoreEvent, type WasmSource } from 'granary';
import { BLOG, type Blog, type Post } from './models.js';
import { closeStores, collect, fails, freshName, openStore, until } from './support.js';

/** What a test sees of the toolchain's class: the running instance, with the exports that are called behind the page's back. */
interface RunningGo {
  readonly _inst: { readonly exports: { readonly mem: WebAssembly.Memory; granary_input(n: number): number; granary_save(...n: number[]): number } };
}

const page = globalThis as unknown as { Go: new () => RunningGo };

/** How often each crash is planted. */
const TIMES = 20;

/** Ruins what the engine has in memory: the next thing that it does goes wrong. */
const ruin = ({ _inst }: RunningGo) => new Uint8Array(_inst.exports.mem.buffer).fill(0xff);

/** What makes an engine crash, by where that happens. Each returns when it is sure to come, or has come. */
const CRASHES: Record<string, (go: RunningGo, store: DataStore<Blog>) => unknown> = {
  'an export that panics': ({ _inst }) => _inst.exports.granary_save(1, 1, 0x7fff_ffff),
  'a goroutine that panics': (_, store) => {
    const { objectStore } = IDBTransaction.prototype;
    IDBTransaction.prototype.objectStore = () => 5 as never;
    const saved = store.save(new store.models.Post({ title: 'in the goroutine' }));
    return saved.catch(() => {}).finally(() => (IDBTransaction.prototype.objectStore = objectStore));
  },
  'a timer': (go) => ruin(go), // the one that waits to fold the log
  'the stack': (_, store) => {
    const { now } = Date;
    const deeper = (): number => deeper() + 1;
    Date.now = deeper; // the engine asks for the time while it saves
    const saved = store.save(new store.models.Post({ title: 'too deep' }));
    Date.now = now;
    return saved.catch(() => {});
  },
  'memory': ({ _inst }) => {
    try {
      for (let i = 0; i < 32; i++) _inst.exports.granary_input(i % 2 === 0 ? 0x7fff_ffff : 1);
    } catch {
      // There is no more than 4 GiB of it.
    }
  },
};

describe('an engine that crashes', () => {
  const { Go } = page;
  const sdl = fetch('/dist/granary-sdl.wasm').then(WebAssembly.compileStreaming);
  let go: RunningGo;
  let starts = 0;
  const { now } = Date;
  let later = 0; // than it is

  beforeEach(() => {
    starts = later = 0;
    Date.now = () => now() + later;
    page.Go = class extends Go {
      constructor() {
        super();
        go = this;
        starts++;
      }
    };
  });

  afterEach(async () => {
    page.Go = Go;
    Date.now = now;
    await closeStores();
    collect();
  });

  /** A source of its own, so that the engine is, too. */
  function source(): WasmSource {
    return () => sdl;
  }

  /** Opens a store that crashes and comes again; gives what waits for the next time that it does. */
  async function opened(options: { readonly wasm?: WasmSource } = {}): Promise<[DataStore<Blog>, restarted: () => Promise<void>]> {
    const store = await openStore<Blog>(BLOG, { wasm: source(), storage: 'indexeddb', name: freshName(), ...options });
    const told: StoreEvent[] = [];
    let seen = 0;
    store.events().subscribe((event) => told.push(event));
    return [store, async () => {
      await until('the engine was replaced', () => told.length > seen);
      expect(told[seen]).to.include({ type: 'ENGINE_RESTARTED', store: store.name });
      seen++;
    }];
  }

  for (const [site, crash] of Object.entries(CRASHES)) {
    it(`in ${site} is replaced, ${TIMES} times: no acknowledged save is lost, every promise settles, live queries go on`, async () => {
      const [store, restarted] = await opened();
      const { Post } = store.models;
      const kept = new Set<string>();
      const gone = new Set<string>();
      let begun = 0;
      const save = (title: string) => {
        begun++;
        return store.save(new Post({ title })).then(
          () => void kept.add(title),
          (error: unknown) => {
            if (!(error instanceof GranaryError)) throw error;
            if (error.code === 'RUNTIME_EXITED') gone.add(title);
            else expect(error.code).to.equal('UNKNOWN_OUTCOME');
          },
        );
      };
      let shown: readonly Post[] = [];
      store.live(Post).subscribe(({ items }) => (shown = items));
      for (let i = 0; i < TIMES; i++) {
        await Promise.all([save(`a${i}`), save(`b${i}`)]);
        const calls = [save(`c${i}`), save(`d${i}`), store.check().catch(({ code }: GranaryError) => expect(code).to.equal('RUNTIME_EXITED'))];
        const planted = crash(go, store);
        calls.push(save(`e${i}`), save(`f${i}`));
        await Promise.all([planted, ...calls, restarted()]);
        await save(`g${i}`);
        const titles = new Set((await store.query(Post)).map(({ title }) => title));
        for (const title of kept) expect(titles, `${title} was acknowledged`).to.include(title);
        for (const title of gone) expect(titles, `${title} was refused`).not.to.include(title);
        expect([...kept]).to.include.members([`a${i}`, `b${i}`, `g${i}`]);
        await until('the live query has all', () => shown.length === titles.size);
        later += 10_000; // or it would be given up
        collect();
      }
      const [acknowledged, refused] = [kept.size, gone.size];
      const unknown = begun - acknowledged - refused;
      expect(starts).to.equal(TIMES + 1);
      console.log(`      ${site}: ${TIMES} crashes, ${acknowledged} saves acknowledged, 0 lost, ${refused} refused, ${unknown} unknown`);
      expect(acknowledged).to.be.at.least(3 * TIMES);
    });
  }

  it('is replaced for all its stores, out of the same module; what was in memory is gone', async () => {
    let loads = 0;
    const wasm = async () => {
      loads++;
      return sdl;
    };
    const [[a, aRestarted], [b, bRestarted]] = [await opened({ wasm }), await opened({ wasm })];
    const inMemory = await openStore<Blog>(BLOG, { wasm });
    const live: unknown[] = [];
    inMemory.live(inMemory.models.Post).subscribe({ error: (reason) => live.push(reason) });
    for (const store of [a, b, inMemory]) await store.save(new store.models.Post({ title: store.name }));
    ruin(go);
    await fails('RUNTIME_EXITED', /the engine stopped/, () => a.count(a.models.Post));
    await Promise.all([aRestarted(), bRestarted()]);
    for (const store of [a, b]) expect((await store.query(store.models.Post)).map((p) => p.title)).to.deep.equal([store.name]);
    await fails('RUNTIME_EXITED', /in memory is gone; open it again/, () => inMemory.count(inMemory.models.Post));
    expect(live[0]).to.include({ code: 'RUNTIME_EXITED' });
    expect([loads, starts]).to.deep.equal([1, 2]);
  });

  it('leaves records that did not change the same objects, and tells nobody whose answer is the same', async () => {
    const [store, restarted] = await opened();
    const { Post } = store.models;
    const [one, two] = await store.saveAll([new Post({ title: 'one' }), new Post({ title: 'two' })]);
    const answers: (readonly Post[])[] = [];
    store.live(Post).subscribe(({ items }) => answers.push(items));
    const counts: number[] = [];
    store.liveCount(Post, (p) => p.title.eq('three')).subscribe((n) => counts.push(n));
    const told: string[] = [];
    store.observe(Post).subscribe(({ opType, element }) => told.push(`${opType} ${element.title}`));
    await until('they have answered', () => answers.length === 1 && counts.length === 1);
    ruin(go);
    await fails('RUNTIME_EXITED', /./, () => store.count(Post));
    const duringTheRestart: number[] = [];
    store.liveCount(Post).subscribe((n) => duringTheRestart.push(n));
    await restarted();
    expect(await store.query(Post)).to.deep.equal([one, two]);
    expect((await store.query(Post))[0]).to.equal(one);
    expect([answers.length, counts]).to.deep.equal([1, [0]]);
    await store.save(new Post({ title: 'three' }));
    await until('they go on', () => answers.length === 2 && counts.length === 2 && told.length === 1 && duringTheRestart.length === 2);
    expect(answers[1]!.map((p) => p.title)).to.deep.equal(['one', 'two', 'three']);
    expect(answers[1]![0]).to.equal(one);
    expect([counts, told, duringTheRestart]).to.deep.equal([[0, 1], ['INSERT three'], [2, 3]]);
  });

  it('rejects a transaction that was under way, which then can be run again', async () => {
    const [store, restarted] = await opened();
    const { Post } = store.models;
    const transaction = () => store.transaction(async (tx) => {
      await tx.save(new Post({ title: 'within' }));
      if (starts === 1) ruin(go);
      return tx.count(Post);
    });
    await fails('RUNTIME_EXITED', /the engine stopped/, transaction);
    await restarted();
    expect(await transaction()).to.equal(1);
    expect(await store.count(Post)).to.equal(1);
  });

  it('is given up at the third crash within ten seconds', async () => {
    const wasm = source();
    const [store, restarted] = await opened({ wasm });
    const { Post } = store.models;
    const post = await store.save(new Post({ title: 'kept' }));
    for (let i = 0; i < 2; i++) {
      ruin(go);
      await fails('RUNTIME_EXITED', /the engine stopped/, () => store.count(Post));
      await restarted();
    }
    const reasons: unknown[] = [];
    store.live(Post).subscribe({ error: (reason) => reasons.push(reason) });
    ruin(go);
    await fails('RUNTIME_EXITED', /the engine stopped/, () => store.count(Post));
    await fails('RUNTIME_EXITED', /third time within 10 s; the store is given up/, () => store.save(post));
    await fails('RUNTIME_EXITED', /given up/, () => post.comments.toArray());
    expect(reasons[0]).to.include({ code: 'RUNTIME_EXITED' });
    await store.close();
    const again = await openStore<Blog>(BLOG, { name: store.name, storage: 'indexeddb', wasm });
    expect((await again.query(again.models.Post, post.id))?.title).to.equal('kept');
  });

  it('lets a store be closed while it is replaced', async () => {
    const [store] = await opened();
    ruin(go);
    await fails('RUNTIME_EXITED', /./, () => store.count(store.models.Post));
    const counted = store.count(store.models.Post).catch(({ code }: GranaryError) => code);
    await store.close();
    expect(await counted).to.equal('CLOSED');
    await DataStore.destroy(store.name);
  });
});
