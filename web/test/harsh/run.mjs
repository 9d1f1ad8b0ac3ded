// Runs the harsh tests: those that kill, break and fill the browser beneath a store.
// Usage: node web/test/harsh/run.mjs [scenario] [--n N] [--seed S]
//
// Without N each scenario has its small size. N is the size of the scenario that is
// named, or the number of kills when all are run, with the others in proportion: at 200
// each has its large size. The seed is printed first: with the same one the same things
// are tried, though never at the same moments. A scenario that met fewer kills,
// acknowledgements or faults than its figure has failed. web/dist must be built.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../server.mjs';
import { Counts, Rig } from './rig.mjs';
import { scenarios } from './scenarios.mjs';

const LARGE = 200; // the size at which every scenario has its large one
const AT_ONCE = 2; // scenarios, each with a browser of its own: they wait a lot
const MOST_SHOWN = 20; // problems of one scenario

const { values, positionals: [wanted] } = parseArgs({
  allowPositionals: true, options: { n: { type: 'string' }, seed: { type: 'string' } },
});
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
if (!existsSync(join(root, 'web/dist/granary-sdl.wasm'))) throw new Error("web/dist is not built; run 'make build' first");
if (wanted && !Object.hasOwn(scenarios, wanted)) throw new Error(`there is no scenario ${wanted}; there are ${Object.keys(scenarios).join(', ')}`);

console.log(`seed ${seed}`);
const sizeOf = ({ small, large }) =>
  values.n === undefined ? small : wanted ? Number(values.n) : Math.max(1, Math.round((large * Number(values.n)) / LARGE));

let failed = 0;
const rigs = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    for (const rig of rigs) rig.abandon();
    process.exit(2);
  });
}

/** Runs one scenario on a rig of its own and prints what came of it. */
async function attack(name, scenario) {
  const counts = new Counts();
  const start = performance.now();
  const rig = new Rig(seed);
  rigs.add(rig);
  try {
    await rig.start();
    await scenario.run(rig, counts, sizeOf(scenario));
  } catch (error) {
    counts.wrong('it came to an end', error.stack ?? String(error));
  } finally {
    await rig.end();
    rigs.delete(rig);
  }
  const bad = counts.problems.length + counts.lost + counts.torn > 0;
  if (bad) failed++;
  console.log(`  ${bad ? '✗' : '✓'} ${scenario.title} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  for (const problem of counts.problems.slice(0, MOST_SHOWN)) console.log(`      ${problem.replaceAll('\n', '\n      ')}`);
  if (counts.problems.length > MOST_SHOWN) console.log(`      and ${counts.problems.length - MOST_SHOWN} more`);
  console.log(`      ${name}: ${counts}`);
  if (bad) console.log(`      again: node web/test/harsh/run.mjs ${name} --seed ${seed}${values.n === undefined ? '' : ` --n ${sizeOf(scenario)}`}`);
}

const left = Object.entries(scenarios).filter(([name]) => !wanted || name === wanted);
const worker = async () => {
  for (let next = left.shift(); next; next = left.shift()) await attack(...next);
};
await Promise.all(Array.from({ length: AT_ONCE }, worker));
process.exit(failed > 0 ? 1 : 0);
