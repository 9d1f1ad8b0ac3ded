// How cost grows: each workload at 1,000 records, ten times that, and so on, for Granary in
// the page and the two other libraries that did best at it in the last comparison
// (docs/performance).
// Usage: node bench/growth.mjs [largest number of records] [--from smallest] [--peers a,b]
//   [--write] [--json file]
// What is left out by --from or --peers keeps the figures that it had: the largest sizes
// take long.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machine } from './harness/machine.mjs';
import { onNewProfile, open } from './harness/compare.mjs';
import { measure } from './harness/visits.mjs';
import { GRANARY, peers as named, PEERS } from './registry.mjs';
import { save, saved, writePage } from './report/page.mjs';
import { digits, ROWS, valueOf } from './report/rows.mjs';
import { ranked } from './report/summary.mjs';

const SMALLEST = 1_000;
const RECORDS_OF_POST = 13.1; // a post, ten comments, two join rows, a tenth of a user
const BESTS = 2;
const CAP = 60_000; // milliseconds of an import in pieces
/** What does not grow, or is measured another way. */
const LEFT_OUT = ['bundle', 'w1', 'w11observed'];

const { values, positionals } = parseArgs({ allowPositionals: true, options: {
  json: { type: 'string' }, write: { type: 'boolean' }, from: { type: 'string', default: String(SMALLEST) }, peers: { type: 'string' },
} });
const largest = Number(positionals[0] ?? 1_000_000);
const results = saved('results');
const smallest = Number(values.from);
const before = values.peers || smallest > SMALLEST ? saved('growth') : undefined;
if (!Number.isInteger(largest) || largest < SMALLEST) fail('the largest number of records must be a whole number from 1,000');
if (!(smallest <= largest)) fail(`--from must be a number up to ${largest}, got ${values.from}`);
if (!results) fail('there is no comparison yet that says which peers are best: run make bench-all');

function fail(message) {
  console.error(message);
  process.exit(2);
}

const sizes = [];
for (let n = SMALLEST; n <= largest; n *= 10) sizes.push(n);
const rows = ROWS.filter(({ key }) => !LEFT_OUT.includes(key) && results.summary[key]?.[GRANARY]);
const bests = Object.fromEntries(rows.map(({ key }) => [key, bestAt(key)]));
const peers = PEERS.filter((p) => p.id === GRANARY || Object.values(bests).flat().includes(p.id));
const measured = values.peers ? peers.filter((p) => named(values.peers).includes(p)) : peers;
if (measured.length === 0) fail(`--peers must name some that are in the chart: ${peers.map((p) => p.id).join(', ')}`);
await measureAll();

/** Keeps what was measured so far: the largest sizes take longest, and who has no time for them has the others. */
function keep(figures) {
  const made = {
    ...machine(peers), date: new Date().toISOString().slice(0, 10), sizes,
    rows: Object.fromEntries(rows.map((row) => [row.key, [GRANARY, ...bests[row.key]].map((id) => ({
      peer: id, name: PEERS.find((p) => p.id === id).name, values: sizes.map((n) => costOf(row, figures[id][n]?.[row.key]) ?? costBefore(row, id, n)),
    }))])),
  };
  if (values.json) writeFileSync(values.json, `${JSON.stringify(made)}\n`);
  if (!values.write) return;
  save('growth', made);
  writePage();
}

/** A figure of as much work at every size: of few posts, fewer than 100 are deleted. */
function costOf(row, figure) {
  const value = valueOf(row, figure);
  return figure?.deleted ? (value * 100) / figure.deleted : value;
}

/** What was measured before this run. */
function costBefore(row, id, n) {
  return before?.rows[row.key]?.find(({ peer }) => peer === id)?.values[before.sizes.indexOf(n)];
}

/** Of writes, the best are those that are on disk when they are acknowledged; of answers, any. */
function bestAt(key) {
  const { writes } = ROWS.find((row) => row.key === key);
  const able = PEERS.filter((p) => !p.ours && !(writes && p.writeBehind));
  return ranked(results.summary[key], able).slice(0, BESTS);
}

/** A library may not be able to hold so much; that it answers wrongly, or that Granary fails, ends the run. */
function leftOut(error, peer) {
  if (peer.ours || error.message.includes('a wrong answer')) throw error;
  console.error(`left out: ${error.message}`);
  return undefined;
}

async function measureAll() {
  const site = await open(measured);
  const found = Object.fromEntries(peers.map(({ id }) => [id, {}]));
  try {
    for (const n of sizes.filter((size) => size >= smallest)) {
      for (const peer of measured) {
        const told = (key, figure) => console.error(`${n.toLocaleString('en')} records: ${peer.name}, ${key}: ${digits(valueOf(ROWS.find((row) => row.key === key), figure))}`);
        const posts = Math.round(n / RECORDS_OF_POST);
        found[peer.id][n] = await onNewProfile((profile) => measure({ site, profile, peer, posts, cap: CAP, settle: true, told }))
          .catch((error) => leftOut(error, peer));
        keep(found);
      }
    }
  } finally {
    await site.close();
  }
}
