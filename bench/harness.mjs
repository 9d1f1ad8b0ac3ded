// Runs adapters in Chromium, in rotation, and collects what they measured.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from '../examples/atlas/test/browser.mjs';
import { root, serve } from '../examples/atlas/test/site.mjs';

/**
 * Measures every adapter in every round, on a profile of its own that is kept on
 * disk, each time on a new database. Another adapter begins each round. Gives for
 * each adapter a list of figures by name; `told` hears of each result.
 */
export async function compare({ adapters, n, rounds, told = () => {} }) {
  const scratch = mkdtempSync(join(tmpdir(), 'granary-bench-'));
  try {
    const site = await serve(scratch, [join(root, 'bench'), join(root, 'web/dist')]);
    try {
      return await inBrowser({ scratch, site, adapters, n, rounds, told });
    } finally {
      await site.close();
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function inBrowser({ scratch, site, adapters, n, rounds, told }) {
  const browser = await launch(join(scratch, 'profile'), ['--enable-precise-memory-info']);
  const results = new Map(adapters.map((adapter) => [adapter, []]));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const adapter of rotated(adapters, round)) {
        await quiet(browser);
        const figures = await visit({ browser, site, adapter, n, database: `bench-${adapter}-${round}` });
        results.get(adapter).push(figures);
        told(adapter, round, figures);
      }
    }
    return { results, version: await browser.version() };
  } finally {
    await browser.close();
  }
}

const LOOK = 500; // milliseconds between two looks at the browser's processor time
const AT_REST = 0.05; // of one processor
const LOOKS = 60;

/** Waits until the browser is done with what the one before left it: it deletes and compacts databases late. */
async function quiet(browser) {
  const session = await browser.target().createCDPSession();
  const used = async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return processInfo.reduce((sum, process) => sum + process.cpuTime, 0);
  };
  let before = await used();
  for (let look = 0; look < LOOKS; look++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    const now = await used();
    if ((now - before) * 1000 < AT_REST * LOOK) break;
    before = now;
  }
  await session.detach();
}

function rotated(list, by) {
  return list.map((_, i) => list[(i + by) % list.length]);
}

/** One adapter, one database: a first visit, a visit of a new page, and the end of the database. */
async function visit({ browser, site, adapter, n, database }) {
  const open = async () => {
    const page = await browser.newPage();
    await page.goto(`${site.origin}/page/`);
    return page;
  };
  const call = (page, step) => page.evaluate(
    async (path, name, ...args) => {
      const [adapterModule, steps] = await Promise.all([import(path), import('/page/steps.js')]);
      return steps[name](adapterModule, ...args);
    },
    `/adapters/${adapter}.js`, step, database, n,
  );

  const first = await open();
  const figures = await call(first, 'firstVisit');
  figures.pageHeap = await heap(first);
  await first.close();

  const second = await open();
  Object.assign(figures, await call(second, 'nextVisit'));
  await second.evaluate(async (path, name) => (await import(path)).destroy(name), `/adapters/${adapter}.js`, database);
  await second.close();
  return figures;
}

/** The page's JavaScript heap after a collection, without WebAssembly memory. */
async function heap(page) {
  const session = await page.createCDPSession();
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}
