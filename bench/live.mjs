// What live queries cost: one update, 1,000 of them at a time, and their memory.
// Usage: node bench/live.mjs [N] [--rounds R] [--json file]
// web/dist must have been built. It checks every answer and judges no figure.

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { launch } from '../examples/atlas/test/browser.mjs';
import { root } from '../examples/atlas/test/site.mjs';
import { readArguments } from './harness/arguments.mjs';
import { onNewProfile } from './harness/compare.mjs';
import { serve } from './harness/site.mjs';
import { digits } from './report/rows.mjs';
import { median } from './report/summary.mjs';
import { aligned } from './report/table.mjs';

const ROWS = [
  { key: 'save', label: 'a save, and nobody asks', unit: 'µs' },
  { key: 'update', label: 'a save, and a live query tells (sort, 50 shown of N)', unit: 'µs' },
  { key: 'again', label: 'a save, and the query again', unit: 'µs' },
  { key: 'array', label: 'a save, and filter and sort of an array in JavaScript', unit: 'µs' },
  { key: 'untouched', label: 'each of 1,000 live queries, for a save that touches none', unit: 'µs' },
  { key: 'touched', label: 'each of 1,000 live queries, for a save that touches all', unit: 'µs' },
  { key: 'engineMemory', label: 'memory of each in the engine (N / 250 records match)', unit: 'kB' },
  { key: 'pageMemory', label: 'memory of each in JavaScript (10 shown)', unit: 'kB' },
];

const { n, rounds, json: file } = readArguments();

const site = await serve({ '/page/': [join(root, 'bench/page')], '/granary/': [join(root, 'web/dist')] });
await onNewProfile(async (profile) => {
  const browser = await launch(profile, ['--enable-precise-memory-info', '--js-flags=--expose-gc']);
  const results = [];
  for (let round = 0; round < rounds; round++) {
    const page = await browser.newPage();
    await page.goto(`${site.origin}/page/`);
    results.push(await page.evaluate(async (count) => (await import('/page/live.js')).measure(count), n));
    await page.close();
  }
  report(results, await browser.version());
  await browser.close();
});
await site.close();

function report(results, version) {
  const medians = {};
  for (const { key } of ROWS) {
    const sorted = results.map((r) => r[key]).sort((a, b) => a - b);
    medians[key] = { median: median(sorted), min: sorted[0], max: sorted.at(-1) };
  }
  const cells = ROWS.map(({ key, label, unit }) => {
    const [middle, least, most] = [medians[key].median, medians[key].min, medians[key].max].map((v) => digits(unit === 'kB' ? v / 1_000 : v));
    return [label, `${middle} ${unit} (${least}–${most})`];
  });
  console.log(`\nN = ${n.toLocaleString('en')}, ${rounds} rounds, ${version}, ${cpus().length} cores; median (min–max)\n`);
  console.log(aligned([['', 'Granary'], ...cells]));
  const json = JSON.stringify({ n, rounds, browser: version, medians });
  if (file) writeFileSync(file, `${json}\n`);
  console.log(`\n${json}`);
}
