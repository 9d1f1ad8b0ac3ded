// What runs tests in a page: a bundler, mocha behind it, and how results are printed.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './server.mjs';

/** Prints one result after the other and counts them, so that all kinds of tests read alike. */
export function reporter() {
  const count = { passed: 0, failed: 0 };
  const report = ({ title, error, milliseconds }) => {
    count[error ? 'failed' : 'passed']++;
    console.log(`  ${error ? '✗' : '✓'} ${title}${milliseconds > 500 ? ` (${Math.round(milliseconds)} ms)` : ''}`);
    if (error) console.log(`      ${error.replaceAll('\n', '\n      ')}`);
  };
  return { count, report };
}

/** Bundles with the esbuild that builds the package. */
export function esbuild(entries, ...flags) {
  const args = ['run', 'github.com/evanw/esbuild/cmd/esbuild', ...[entries].flat(), '--bundle', '--format=esm', '--target=es2022', '--log-level=warning', ...flags];
  const env = { ...process.env, NODE_PATH: join(root, 'node_modules') };
  const { status, error } = spawnSync('go', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env });
  if (status !== 0) throw new Error(`esbuild failed: ${error ?? `status ${status}`}`);
}

/** Runs mocha in a page and reports each test whose title holds what is wanted, as it ends. */
export async function inPage(browser, origin, { report, wanted }) {
  const page = await browser.newPage();
  const inspector = await page.createCDPSession();
  let crash;
  const over = new Promise((resolve, reject) => {
    page.exposeFunction('reportTest', report);
    page.exposeFunction('reportSuite', (title) => console.log(`\n${title}`));
    page.exposeFunction('reportEnd', resolve);
    page.exposeFunction('liveHeap', async () => {
      await inspector.send('HeapProfiler.collectGarbage');
      return (await inspector.send('Runtime.getHeapUsage')).usedSize;
    });
    page.on('pageerror', (error) => (crash = error));
    page.on('error', reject);
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load')) console.log(`  [page] ${message.text()}`);
    });
  });
  await page.goto(`${origin}/test?grep=${encodeURIComponent(wanted)}`);
  await over;
  if (crash) report({ title: 'the page had no uncaught error', error: crash.stack ?? String(crash) });
  await page.close();
}
