// The n-th call of IndexedDB fails, for every n of six workloads, in five ways, thrown by
// the call or as the end of its transaction.

import { plantFaults } from './faults.mjs';

const NAMES = ['UnknownError', 'AbortError', 'TransactionInactiveError', 'DataError', 'ConstraintError'];
const PER_PAGE = 100; // trials after which a fresh page takes over

export const small = 150;
export const large = 100_000; // more than there are: all of them
export const title = 'a call of IndexedDB that fails loses nothing, leaves nothing half and nobody waiting';

export async function run(rig, counts, most) {
  const browser = await rig.browser('calls');
  const trials = new Trials(browser, rig.number(1, 2 ** 30));
  const all = await places(trials, counts);
  counts.add('places', all.length);
  const picked = all.length <= most ? all : spread(rig, all, most);
  for (const plan of picked) {
    const { met, wrong, outcomes } = await trials.attempt(plan);
    counts.add('trials');
    counts.add('faults', met);
    for (const outcome of outcomes) counts.add(outcome.split(' ')[1]);
    for (const problem of wrong) counts.wrong(JSON.stringify(plan), `${problem} (${outcomes.join(', ')})`);
  }
  await oneByOne(trials, counts);
  await browser.close();
  // The store does not always make the same calls, so a few plans meet none.
  counts.atLeast('faults', Math.floor(picked.length * 0.95));
}

/** Every way in which a call of a workload can fail. */
async function places(trials, counts) {
  const all = [];
  for (const workload of await trials.workloads()) {
    const { calls, wrong } = await trials.attempt({ workload });
    for (const problem of wrong) counts.wrong(`${workload} without a fault`, problem);
    for (let at = 1; at <= calls; at++) for (const how of ['throw', 'abort']) for (const name of NAMES) all.push({ workload, fault: { at, how, name } });
  }
  return all;
}

/** So many of a list, one of each stretch of it. */
function spread(rig, list, many) {
  return Array.from({ length: many }, (_, i) => list[rig.number(Math.floor((i * list.length) / many), Math.floor(((i + 1) * list.length) / many))]);
}

/** Ways to fail that take the store's time limits to notice, one trial each. */
async function oneByOne(trials, counts) {
  for (const [how, at] of [['silent', 1], ['silent', 3], ['closed', 1], ['closed', 2], ['closed', 4], ['deaf', 2]]) {
    const { met, wrong, outcomes } = await trials.attempt({ workload: 'fold', fault: { at, how } });
    counts.add(how, met);
    for (const problem of wrong) counts.wrong(`${how} at ${at}`, `${problem} (${outcomes.join(', ')})`);
    if (met === 0) counts.wrong(`${how} at ${at}`, 'the fault was not met');
  }
}

/** Trials in pages that are replaced now and then. */
class Trials {
  #browser;
  #seed;
  #page;
  #number = 0;

  constructor(browser, seed) {
    this.#browser = browser;
    this.#seed = seed;
  }

  async attempt({ workload, fault = { at: 1e9, how: 'throw', name: 'UnknownError' } }) {
    const page = await this.#fresh();
    return page.evaluate((options) => attempt(options), { workload, fault, seed: this.#seed, name: `calls${this.#number++}` });
  }

  async workloads() {
    return (await this.#fresh()).evaluate(() => Object.keys(WORKLOADS));
  }

  async #fresh() {
    if (this.#page && this.#number % PER_PAGE !== 0) return this.#page;
    await this.#page?.close();
    this.#page = await this.#browser.page({ before: plantFaults });
    await this.#page.evaluate(async () => void Object.assign(globalThis, await import('/harsh/calls-page.mjs')));
    return this.#page;
  }
}
