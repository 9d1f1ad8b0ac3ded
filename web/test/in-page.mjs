// What runs tests in a page: a bundler, and mocha behind it.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './server.mjs';

/** Bundles with the esbuild that builds the package. */
export function esbuild(entries, ...flags) {
  const args = ['run', 'github.com/evanw/esbuild/cmd/esbuild', ...[entries].flat(), '--bundle', '--format=esm', '--target=es2022', '--log-level=warning', ...flags];
  const env = { ...process.env, NODE_PATH: join(root, 'node_modules') };
  const { status, error } = spawnSync('go', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env });
  if (status !== 0) throw new Error(`esbuild failed: ${error ?? `status ${status}`}`);
}

/** Runs mocha in a page and reports each test whose title holds what is wanted, as it ends. */
export async function inPage(browser, server, { report, wanted, host = '' }) {
  const faults = [];
  const over = new Promise((end) => {
    const on = {
      test: report,
      suite: ({ title }) => console.log(`\n${title}`),
      log: ({ text }) => console.log(`  [page] ${text}`),
      fault: ({ text }) => faults.push(text),
      end,
    };
    server.hear(({ kind, ...what }) => on[kind](what));
  });
  await whileOpen(browser, `${server.origin}/test?grep=${encodeURIComponent(wanted)}&host=${host}`, over, lendHeap);
  if (faults.length > 0) report({ title: 'the page had no uncaught error', error: faults.join('\n') });
}

/** Lends a page the size of what lives in its heap, which only Chromium tells. */
async function lendHeap(page, version) {
  if (!version.startsWith('Chrome/')) return;
  const inspector = await page.createCDPSession();
  await page.exposeFunction('liveHeap', async () => {
    await inspector.send('HeapProfiler.collectGarbage');
    return (await inspector.send('Runtime.getHeapUsage')).usedSize;
  });
}

/** Opens a page for as long as something takes, and gives that up if the page or the browser ends before. */
export async function whileOpen(browser, address, over, prepare = async () => {}) {
  const page = await browser.newPage();
  await prepare(page, await browser.version());
  const gone = new Promise((_, reject) => {
    page.on('error', reject);
    browser.on('disconnected', (cause) => reject(new Error('the browser has ended', { cause })));
  });
  gone.catch(() => {}); // it is closed when all is over
  await page.goto(address);
  const result = await Promise.race([over, gone]);
  await page.close();
  return result;
}
