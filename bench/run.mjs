// Compares Granary with other libraries: see docs/performance.md.
// Usage: node bench/run.mjs [--size tiny|S|L] [--rounds R] [--peers a,b] [--own]
//   [--cap seconds] [--json file] [--write]
// --own takes the peers that need no package; --write puts the figures into
// docs/performance.md. web/dist must have been built. Every answer is checked: a wrong
// one ends the run and names the peer and the workload. No figure is judged.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compare } from './harness/compare.mjs';
import { BUILD } from './harness/bundle.mjs';
import { machine } from './harness/machine.mjs';
import { SIZES } from './page/data.js';
import { OWN, peers as named, PEERS } from './registry.mjs';
import { save, writePage } from './report/page.mjs';
import { digits, valueOf, ROWS } from './report/rows.mjs';
import { summarize } from './report/summary.mjs';
import { plainTable } from './report/table.mjs';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: 'S' }, rounds: { type: 'string', default: '3' }, peers: { type: 'string' }, own: { type: 'boolean' },
    cap: { type: 'string', default: '60' }, json: { type: 'string' }, write: { type: 'boolean' },
  },
});
const [rounds, cap] = ['rounds', 'cap'].map((name) => whole(`--${name}`, values[name]));
if (!SIZES[values.size]) fail(`--size must be one of ${Object.keys(SIZES).join(', ')}, got ${values.size}`);

function whole(name, given) {
  const number = Number(given);
  return Number.isInteger(number) && number > 0 ? number : fail(`${name} must be a whole number from 1, got ${given}`);
}

function fail(message) {
  console.error(message);
  process.exit(2);
}

const peers = values.own ? PEERS.filter((p) => OWN.includes(p.id)) : named(values.peers);
const began = new Date();
const run = (results) => ({
  size: values.size, posts: SIZES[values.size], rounds: Math.max(...Object.values(results).map((r) => r.length)), cap,
  ...machine(peers), date: began.toISOString().slice(0, 10), minutes: Math.round((Date.now() - began) / 60_000),
  peers: peers.map((p) => p.id), summary: summarize(results),
});

const results = await compare({
  peers, posts: SIZES[values.size], rounds, cap: cap * 1_000,
  settle: values.size !== 'tiny', // which is a test
  told({ peer, round, key, figure }) {
    const { unit } = ROWS.find((row) => row.key === key);
    const value = valueOf({ unit }, figure);
    console.error(`round ${round + 1} of ${rounds}: ${peer.name}, ${key}: ${digits(value)} ${unit}${figure.capped ? ' (extrapolated)' : ''}`);
  },
  // A long run that is broken off leaves what it has measured.
  done(so) {
    mkdirSync(BUILD, { recursive: true });
    writeFileSync(join(BUILD, 'results.json'), JSON.stringify({ ...run(so), results: so }));
  },
});
const made = run(results);
console.log(plainTable(made, peers));
if (values.json) writeFileSync(values.json, `${JSON.stringify({ ...made, results })}\n`);
if (values.write) {
  save('results', made);
  writePage();
}
