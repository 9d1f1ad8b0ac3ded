// What is alive after a collection of both heaps, and a test that it stays as it was.

import { expect } from 'chai';
import type { DataStore, WasmSource } from 'granary';
import type { Blog } from './models.js';

declare global {
  /** Of in-page.mjs, in Chromium: collects what is garbage in the page, and gives the bytes that are left. */
  var liveHeap: (() => Promise<number>) | undefined;
}

/** What a test sees of the toolchain's class: the values of the page that Go refers to. */
interface RunningGo {
  readonly _values: readonly unknown[];
  readonly _ids: ReadonlyMap<unknown, number>;
}

/** Counts the values of the page that Go refers to, and the functions among them. */
export type References = () => { all: number; functions: number };

/** An engine of one's own, and the values of the page that it refers to. */
export function engineWithin(address: string): { wasm: WasmSource; references: References } {
  const page = globalThis as unknown as { Go: new () => RunningGo };
  const Original = page.Go;
  let go: RunningGo | undefined;
  page.Go = class extends Original {
    constructor() {
      super();
      go = this;
      page.Go = Original;
    }
  };
  const references = () => ({ all: go!._ids.size, functions: go!._values.filter((value) => typeof value === 'function').length });
  return { wasm: () => fetch(address), references };
}

/**
 * Values of a predicate that the engine reads and lets go of, so that Go comes to
 * collect. How many changes from look to look: collections that came at always the
 * same moment between two looks would always leave as much garbage for the next.
 */
const BALLAST = Array.from({ length: 150 }, (_, i) => i);
const ballast = (look: number) => BALLAST.slice((look * 37) % 100);

/** What the engine holds. */
interface Held {
  readonly bytes: number;
  /** Values of the page. */
  readonly all: number;
  readonly functions: number;
}

/** What Go holds right after collections: the least of what is seen while there are some, which is what is not garbage. */
async function heldByGo(store: DataStore<Blog>, references: References, collections: number, enough = (_: Held) => false): Promise<Held> {
  let least: Held = { bytes: Infinity, all: Infinity, functions: Infinity };
  for (let [before, look] = [0, 0]; collections > 0 && !enough(least); look++) {
    await store.count(store.models.Post, (p) => p.rating.in(ballast(look)));
    await store.check(); // which lets goroutines run, those of the collector and of finalizers too
    const { memory } = await store.stats();
    if (memory < before) collections--;
    before = memory;
    const { all, functions } = references();
    least = { bytes: Math.min(least.bytes, memory), all: Math.min(least.all, all), functions: Math.min(least.functions, functions) };
  }
  return least;
}

/** The bytes that live in the page; where no browser tells, those of Go and its references have to do. */
async function heapOfPage(): Promise<number> {
  return globalThis.liveHeap ? globalThis.liveHeap() : 0;
}

/** How much more of either heap may be in use afterwards: 20 bytes for each of 10,000 subscriptions. */
const TOLERANCE = 200_000;

/** Of the Go heap, at rest. One alone leaves what was made while it went on. */
const COLLECTIONS = 4;

/** How many values Go may refer to in passing. */
const FEW = 8;

/**
 * Runs rounds of something that should leave nothing behind, a few to warm up, and
 * expects the live references of Go into the page, Go's heap and that of the page to
 * be what they were before.
 */
export async function leavesNothing(
  { store, references, warm, all }: { store: DataStore<Blog>; references: References; warm: number; all: number },
  round: (i: number) => unknown, settled: () => unknown = () => {},
): Promise<void> {
  const run = async (times: number) => {
    for (let i = 0; i < times; i++) await round(i);
    await settled();
  };
  await run(warm);
  await run(warm);
  const before = await heldByGo(store, references, COLLECTIONS);
  const page = await heapOfPage();
  await run(all);
  const enough = (now: Held) =>
    now.functions <= before.functions && now.all <= before.all + FEW && now.bytes < before.bytes + TOLERANCE;
  const after = await heldByGo(store, references, 3 * COLLECTIONS, enough);
  expect(enough(after), `the engine holds ${JSON.stringify(after)}, and held ${JSON.stringify(before)}`).to.equal(true);
  expect((await heapOfPage()) - page, 'more bytes of the page').to.be.below(TOLERANCE);
}
