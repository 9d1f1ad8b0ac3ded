// Compares Granary with raw IndexedDB: the import, queries and their repetition,
// saves, and opening again. Usage: node bench/run.mjs [N] [--rounds R] [--json file]
// web/dist must have been built. It checks every answer and judges no figure.

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { compare } from './harness.mjs';
import { ratios, summary, table } from './report.mjs';

const ADAPTERS = ['raw-indexeddb', 'raw-indexeddb-indexed', 'granary'];
const DEFAULT_N = 136_000;
const SMALL = 20_000; // a comparison of fewer records is a test: it takes fewer rounds
const ROUNDS = { small: 3, large: 5 };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string' }, json: { type: 'string' } },
});
const n = whole('N', positionals[0] ?? DEFAULT_N);
const rounds = whole('--rounds', values.rounds ?? (n <= SMALL ? ROUNDS.small : ROUNDS.large));

function whole(name, given) {
  const number = Number(given);
  if (Number.isInteger(number) && number > 0) return number;
  console.error(`${name} must be a whole number from 1, got ${given}`);
  process.exit(2);
}

const { results, version } = await compare({
  adapters: ADAPTERS, n, rounds,
  told: (adapter, round, { import: ms }) => console.error(`round ${round + 1} of ${rounds}: ${adapter}, import ${Math.round(ms)} ms`),
});
const medians = summary(results);
const times = ratios(medians, ADAPTERS);
console.log(`\nN = ${n.toLocaleString('en')}, ${rounds} rounds in rotation, ${version}, ${cpus().length} cores; median (min–max)\n`);
console.log(table(medians, ADAPTERS, times));
const json = JSON.stringify({ n, rounds, browser: version, medians, ratios: times });
if (values.json) writeFileSync(values.json, `${json}\n`);
console.log(`\n${json}`);
