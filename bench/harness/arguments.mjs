// The arguments of benchmarks of one thing: how many records, how many rounds, and where
// the figures go as JSON.

import { parseArgs } from 'node:util';

const DEFAULT_N = 100_000;
const DEFAULT_ROUNDS = '3';

/** Reads `[N] [--rounds R] [--json file]`; what is wrong ends the program. */
export function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: DEFAULT_ROUNDS }, json: { type: 'string' } },
  });
  const [n, rounds] = [Number(positionals[0] ?? DEFAULT_N), Number(values.rounds)];
  if (![n, rounds].every((number) => Number.isInteger(number) && number > 0)) {
    console.error('N and --rounds must be whole numbers from 1');
    process.exit(2);
  }
  return { n, rounds, json: values.json };
}
