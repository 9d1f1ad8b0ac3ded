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
let rig;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    rig?.abandon();
    process.exit(2);
  });
}
for (const [name, scenario] of Object.entries(scenarios)) {
  if (wanted && name !== wanted) continue;
  const counts = new Counts();
  const start = performance.now();
  rig = new Rig(seed);
  try {
    await rig.start();
    await scenario.run(rig, counts, sizeOf(scenario));
  } catch (error) {
    counts.wrong('it came to an end', error.stack ?? String(error));
  } finally {
    await rig.end();
  }
  const bad = counts.problems.length + counts.lost + counts.torn > 0;
  if (bad) failed++;
  console.log(`  ${bad ? '✗' : '✓'} ${scenario.title} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  for (const problem of counts.problems.slice(0, 20)) console.log(`      ${problem.replaceAll('\n', '\n      ')}`);
  if (counts.problems.length > 20) console.log(`      and ${counts.problems.length - 20} more`);
  console.log(`      ${name}: ${counts}`);
  if (bad) console.log(`      again: node web/test/harsh/run.mjs ${name} --seed ${seed}${values.n === undefined ? '' : ` --n ${sizeOf(scenario)}`}`);
}
process.exit(failed > 0 ? 1 : 0);
