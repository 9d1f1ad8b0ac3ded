// In the page: one workload with one planted fault, and what was wrong with its outcome.

import { canonical, History } from './history.mjs';

const PATIENCE = 20_000; // milliseconds after which a promise counts as one that hangs

/** Each is a list of writes by their kinds; `clear` empties the store and lets its log be folded, `reopen` opens it anew. */
export const WORKLOADS = {
  save: ['save', 'save', 'overwrite', 'save'],
  batch: ['batch', 'batch', 'batch'],
  edit: ['batch', 'edit', 'conditional', 'refused', 'edit'],
  cascade: ['batch', 'delete', 'batch', 'deleteAll', 'delete'],
  transaction: ['batch', 'transaction', 'transaction', 'transaction'],
  fold: ['batch', 'clear', 'batch', 'save', 'reopen', 'save', 'edit'],
};

/** Codes of refusals that a fault of storage may lead to. All else that is thrown is wrong. */
const REFUSALS = ['UNAVAILABLE', 'QUOTA', 'CLOSED', 'CORRUPT'];

/** Runs a workload with a fault and tells how many calls it made, how often it met the fault, and what was wrong. */
export async function attempt({ workload, seed, fault, name }) {
  const trial = new Trial(name, seed);
  faults.arm(fault);
  if (await trial.open()) {
    for (const kind of WORKLOADS[workload]) if (!(await trial.step(kind))) break;
  }
  const { calls, met } = faults;
  faults.disarm();
  await trial.end();
  return { calls, met, wrong: trial.wrong, outcomes: trial.outcomes };
}

/** A store that is written to, and all that may be in it: more than one state after an unknown outcome. */
class Trial {
  wrong = [];
  outcomes = [];
  #store;
  #name;
  #seed;
  #possible = [[]];

  constructor(name, seed) {
    this.#name = name;
    this.#seed = seed;
  }

  /** Opens the store; an app tries again when that fails. */
  async open(tries = 3) {
    for (; tries > 0; tries--) {
      const outcome = await this.#settled('open', () => rig.open({ name: this.#name }));
      if (outcome === 'done') this.#store = globalThis.store;
      if (outcome === 'done' || outcome === 'hangs') return outcome === 'done';
    }
    return false;
  }

  /** Makes the next write; false when nothing more can be told. */
  async step(kind) {
    if (kind === 'reopen') {
      await this.#settled('close', () => this.#store.close());
      return this.open();
    }
    const [before] = this.#possible;
    if (kind === 'clear') return (await this.#write('clear', before, [], () => this.#store.clear())) && (await this.#folded());
    const history = new History({ seed: this.#seed++, base: before, kinds: [kind] });
    const op = history.next();
    return this.#write(kind, before, history.rows(), async () => {
      try {
        await (await rig.prepared(this.#store, op))();
      } catch (error) {
        if (!op.refused || error.code !== 'CONFLICT') throw error;
      }
    });
  }

  /** Opens the store without any fault, compares and checks it, and removes it. */
  async end() {
    if (this.#store) await this.#settled('close', () => this.#store.close());
    if (!(await this.open(1))) return void this.wrong.push('it does not open again');
    await this.#compare('after reopening');
    this.wrong.push(...(await this.#store.check()).problems);
    await this.#store.close();
    await Granary.DataStore.destroy(this.#name);
  }

  /** Gives the store time to fold its log, which it does by itself. */
  async #folded() {
    for (let turn = 0; turn < 60; turn++) {
      const entries = await this.#store.stats().then(({ log }) => log.entries, () => 0);
      if (entries === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return true;
  }

  async #write(what, before, after, run) {
    const outcome = await this.#settled(what, run);
    if (outcome === 'hangs') return false;
    if (outcome === 'unknown') this.#possible = [before, after];
    else if (outcome === 'done') this.#possible = [after];
    await this.#compare(`after ${what}, ${outcome},`);
    return outcome !== 'unknown';
  }

  async #compare(when) {
    const rows = await rig.rows(this.#store).catch((error) => error);
    if (!Array.isArray(rows)) {
      if (!REFUSALS.includes(rows.code)) this.wrong.push(`${when} reading fails: ${rows.code} ${rows.message}`);
      return;
    }
    const found = canonical(rows);
    if (this.#possible.some((state) => canonical(state) === found)) return;
    this.wrong.push(`${when} there are ${rows.length} records, not those of ${this.#possible.map(({ length }) => length).join(' or ')}`);
  }

  /** How a promise ends: done, refused, unknown, or hangs. */
  async #settled(what, run) {
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE, 'hangs')));
    const outcome = await Promise.race([late, run().then(() => 'done', (error) => this.#failed(what, error))]);
    clearTimeout(timer);
    if (outcome === 'hangs') this.wrong.push(`${what} hangs`);
    this.outcomes.push(`${what} ${outcome}`);
    return outcome;
  }

  #failed(what, error) {
    if (error.code === 'UNKNOWN_OUTCOME') return 'unknown';
    if (!REFUSALS.includes(error.code)) this.wrong.push(`${what} fails with ${error.code ?? error.stack}: ${error.message}`);
    return 'refused';
  }
}
