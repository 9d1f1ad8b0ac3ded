// The part of the rig that runs in the page. It tells Node of each write through the
// binding `report`: "i" when it is about to be made, "a" when it was acknowledged, "x"
// when something happened that must not.

import * as Granary from '/dist/index.js';
import { History, MODELS, PARENT, random, SDL } from './history.mjs';

const { DataStore } = Granary;

/** What a record is made of. */
const init = ({ model, id, n, text, parent }) => ({ id, n, text, ...(PARENT[model] ? { [PARENT[model]]: parent } : {}) });

const pages = {
  /** Opens the store of that name, and gathers the types of its events in `events`. */
  async open({ name, durability, sdl = SDL, storage = 'indexeddb' }) {
    globalThis.store = await DataStore.open({ name, schema: sdl, durability, storage });
    globalThis.events = [];
    store.events().subscribe((event) => events.push(event.type));
    return globalThis.store.storage;
  },

  /** All records as rows. */
  async rows(from = store) {
    const rows = [];
    for (const model of MODELS) {
      for (const record of await from.query(from.models[model])) {
        rows.push([model, record.id, record.n, record.text, PARENT[model] ? record[PARENT[model]] : null]);
      }
    }
    return rows;
  },

  /** All records, and what is wrong with the store. */
  async read() {
    return { rows: await pages.rows(), problems: (await store.check()).problems };
  },

  /**
   * Makes the writes of a history, up to `width` at the same time, until `writes` are
   * made or `rig.stop` is set. After each `pause` of them it waits until nothing is
   pending and then for `rest` milliseconds, or less when the log is being folded. The first
   `skip` were made before.
   */
  async burst({ width = 4, writes = 1e9, pause = 0, rest = 0, skip = 0, ...options }) {
    const history = new History(options);
    const waiting = new Set();
    for (let i = 0; i < writes && !globalThis.rig.stop; i++) {
      const op = history.next();
      if (i < skip) continue;
      report(`i ${i}`);
      const make = await prepared(store, op);
      const end = make().then(
        () => report(op.refused ? `x ${i} ${op.kind}: it should have been refused` : `a ${i}`),
        (error) => (op.refused && error.code === 'CONFLICT' ? undefined : report(`x ${i} ${op.kind}: ${error.code} ${error.message}`)),
      ).then(() => waiting.delete(end));
      waiting.add(end);
      // Others may not come before a write that waits between its steps.
      if (op.kind === 'transaction') await end;
      while (waiting.size > i % (2 * width)) await Promise.race(waiting);
      if (pause && i % pause === pause - 1) {
        await Promise.all(waiting);
        await Promise.race([new Promise((resolve) => setTimeout(resolve, rest)), globalThis.folding].filter(Boolean));
      }
    }
    await Promise.all(waiting);
    report('e');
  },
};

/** Makes one write of a history ready; what it resolves with makes the write at once when it is called. */
export async function prepared(store, { kind, steps, when }) {
  const { models } = store;
  const made = ({ put }) => new models[put.model](init(put));
  const edited = async (from, { edit }) => {
    const record = await from.query(models[edit.model], edit.id);
    return models[edit.model].copyOf(record, (draft) => Object.assign(draft, { n: edit.n, text: edit.text }));
  };
  const copy = kind !== 'transaction' && steps[0].edit ? await edited(store, steps[0]) : undefined;
  switch (kind) {
    case 'save':
    case 'overwrite':
      return () => store.save(made(steps[0]));
    case 'edit':
      return () => store.save(copy);
    case 'conditional':
    case 'refused':
      return () => store.save(copy, (r) => r.n.eq(when));
    case 'batch':
      return () => store.saveAll(steps.map(made));
    case 'delete':
      return () => store.delete(models[steps[0].delete.model], steps[0].delete.id);
    case 'deleteAll':
      return () => store.deleteAll(models[steps[0].delete.model], steps.map((step) => step.delete.id));
    case 'transaction':
      return () => store.transaction(async (tx) => {
        for (const step of steps) {
          if (step.put) await tx.save(made(step));
          else if (step.edit) await tx.save(await edited(tx, step));
          else await tx.delete(models[step.delete.model], step.delete.id);
        }
      });
  }
  throw new Error(`there is no write of kind ${kind}`);
}

globalThis.Granary = Granary;
globalThis.rig = { ...pages, prepared, random };
