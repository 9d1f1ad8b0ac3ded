// What the first sync costs: N records of a granaryd come into an empty store of a new
// browser. Beside it, in turns, the least that a page can do: it pulls the same pages and
// puts each change into IndexedDB, a transaction a page.
// Usage: node bench/first-sync.mjs [N] [--rounds R] [--json file]
// web/dist must have been built. It counts what came and judges no figure.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, Granaryd } from '../examples/atlas/test/granaryd.mjs';
import { root } from '../examples/atlas/test/site.mjs';
import { readArguments } from './harness/arguments.mjs';
import { rest, start } from './harness/browser.mjs';
import { onNewProfile } from './harness/compare.mjs';
import { machine } from './harness/machine.mjs';
import { digits } from './report/rows.mjs';
import { median } from './report/summary.mjs';
import { aligned } from './report/table.mjs';

const CLIENTS = { granary: 'Granary', raw: 'fetch, JSON.parse, IndexedDB' };

const { n, rounds, json: file } = readArguments();

await onNewProfile(async (scratch) => {
  build(scratch, './cmd/granaryd');
  const statics = [join(root, 'bench/page'), join(root, 'web/dist')].join(',');
  const server = new Granaryd(scratch, 'records', '-schema', join(root, 'bench/page/city.graphql'), '-static', statics);
  await server.start();
  try {
    const sent = await inNewBrowser(server, (page) => page.evaluate(async (count) => (await import('/first-sync.js')).send(count), n));
    const results = { granary: [], raw: [] };
    for (let round = 0; round < rounds; round++) {
      const clients = Object.keys(results);
      for (const client of round % 2 ? clients.reverse() : clients) {
        const figure = await inNewBrowser(server, (page) => measured(page, client));
        assert.equal(figure.records, n, `records that came to ${client}`);
        results[client].push(figure);
        console.error(`round ${round + 1} of ${rounds}: ${CLIENTS[client]}: ${digits(figure.ms)} ms`);
      }
    }
    report(sent, results);
  } finally {
    await server.end();
  }
});

async function inNewBrowser(server, work) {
  return onNewProfile(async (profile) => {
    const browser = await start(profile);
    try {
      await rest(browser);
      const page = await browser.newPage();
      await page.goto(server.origin);
      return await work(page);
    } finally {
      await browser.close();
    }
  });
}

/** One first sync, and where the page's thread was meanwhile. */
async function measured(page, client) {
  const session = await page.createCDPSession();
  await session.send('Profiler.enable');
  await session.send('Profiler.setSamplingInterval', { interval: 500 });
  await session.send('Profiler.start');
  const figure = await page.evaluate(async (name) => (await import('/first-sync.js'))[name](), client);
  const { profile } = await session.send('Profiler.stop');
  return { ...figure, ...shares(profile) };
}

/** Shares of the time, 0 to 1: the package's code, the collector, the browser's own, and none. */
function shares({ nodes, samples, timeDeltas }) {
  const kinds = new Map(nodes.map(({ id, callFrame }) => [id, kindOf(callFrame)]));
  const sums = { ours: 0, page: 0, collector: 0, browser: 0, idle: 0 };
  samples.forEach((id, i) => (sums[kinds.get(id)] += timeDeltas[i]));
  const whole = Object.values(sums).reduce((sum, time) => sum + time, 0);
  return Object.fromEntries(Object.entries(sums).map(([kind, time]) => [kind, time / whole]));
}

function kindOf({ functionName, url }) {
  if (functionName === '(idle)') return 'idle';
  if (functionName === '(garbage collector)') return 'collector';
  if (url.startsWith('wasm:') || url.endsWith('.wasm') || /\/(index|late)\.js$/.test(url)) return 'ours';
  return url.endsWith('/first-sync.js') ? 'page' : 'browser';
}

function report(sent, results) {
  const { machine: cores, browser } = machine([]);
  const middle = (client, key) => median(results[client].map((r) => r[key]).sort((a, b) => a - b));
  const medians = Object.fromEntries(Object.keys(results).map((client) => [client, {
    ...Object.fromEntries(['ms', 'first', 'ours', 'page', 'collector', 'browser', 'idle'].map((key) => [key, middle(client, key)])),
    rowsPerSecond: n / (middle(client, 'ms') / 1_000),
  }]));
  const percent = (share) => `${Math.round(share * 100)} %`;
  const rows = Object.entries(medians).map(([client, m]) => [
    CLIENTS[client], `${digits(m.ms)} ms`, Math.round(m.rowsPerSecond).toLocaleString('en'), `${digits(m.first)} ms`,
    percent(m.ours), percent(m.page), percent(m.collector), percent(m.browser), percent(m.idle),
  ]);
  console.log(`\n${n.toLocaleString('en')} records into an empty store, ${rounds} rounds, ${browser}, ${cores}; medians; shares of the page's thread\n`);
  console.log(aligned([['', 'until all are here', 'rows/s', 'first page', "Granary's code", "the page's", 'collector', 'browser', 'idle'], ...rows]));
  console.log(`\nthe same records saved in an empty store and sent to the server: ${digits(sent.ms)} ms, ${Math.round(n / (sent.ms / 1_000)).toLocaleString('en')} rows/s`);
  const json = JSON.stringify({ n, rounds, browser, machine: cores, sent, medians, results });
  if (file) writeFileSync(file, `${json}\n`);
  console.log(`\n${JSON.stringify({ n, rounds, browser, sent, medians })}`);
}
