// Stores of several names that are opened, written, cleared, closed and destroyed in random
// interleavings, by many at once. `play` does that in a page, `look` reads what there is
// afterwards, and `judge` says whether that can be so.

export const SDL = 'type Note @model { id: ID! text: String! n: Int! }';

/** What two calls of one actor are made in the same turn, besides those that are made alone. */
export const PAIRS = [
  'open open', 'save save', 'close close', 'clear clear', 'destroy destroy', 'transact transact', 'check check',
  'open destroy', 'destroy open', 'save close', 'close save', 'transact clear', 'clear transact', 'live destroy',
  'destroy live', 'save destroy', 'transact destroy', 'clear destroy', 'close destroy', 'query destroy', 'check destroy',
  'close open', 'transact close', 'live close', 'remove clear',
];

/** What is called alone, those twice that are called twice as often. */
export const ALONE = ['save', 'save', 'transact', 'transact', 'remove', 'query', 'check', 'live', 'clear', 'close', 'destroy', 'open'];

/**
 * In the page, and so without anything from around it: one actor for each of the names, each
 * of which makes so many bursts of calls. Gives what each call was and how it ended, what
 * was seen that must not be, and how often each pair of calls was met.
 */
export async function play({ names, tab, seed, bursts, pairs, alone, sdl, patience }) {
  const { DataStore } = globalThis.Granary;
  const MAY = {
    open: ['CLOSED'], save: ['CLOSED', 'UNKNOWN_OUTCOME'], transact: ['CLOSED', 'UNKNOWN_OUTCOME'], remove: ['CLOSED', 'UNKNOWN_OUTCOME'],
    clear: ['CLOSED', 'UNKNOWN_OUTCOME'], query: ['CLOSED'], check: ['CLOSED'], live: ['CLOSED'], observe: ['CLOSED'], close: [], destroy: [],
  };
  const told = { ledger: [], wrong: [], met: {}, codes: {}, hung: [] };
  const unsettled = new Set();
  let now = 0;
  let last = 0;

  const chance = (() => { // numbers below some bound
    let a = seed >>> 0;
    return (bound) => {
      a = (a + 0x6d2b79f5) >>> 0;
      let t = Math.imul(a ^ (a >>> 15), 1 | a);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) % bound;
    };
  })();
  const pick = (list) => list[chance(list.length)];

  /** Whether an answer has records of one name only, and both of a pair or none. */
  const examine = (name, where, notes) => {
    const strange = notes.filter((note) => note.text !== name || !note.id.startsWith(`${name}/`));
    if (strange.length > 0) told.wrong.push(`${where} of ${name} shows ${JSON.stringify(strange)}`);
    const n = new Map(notes.map((note) => [note.id, note.n]));
    for (const [id, value] of n) {
      const other = id.endsWith('/a') ? `${id.slice(0, -1)}b` : id.endsWith('/b') ? `${id.slice(0, -1)}a` : id;
      if (n.get(other) !== value) told.wrong.push(`${where} of ${name} shows half a transaction: ${id} ${value}, ${other} ${n.get(other)}`);
    }
  };

  class Actor {
    constructor(name, number) {
      Object.assign(this, { name, handles: [], own: `${name}/${tab}${number}/` });
    }

    /** Runs a call, which counts from here on, and takes down how it ended. */
    async call(kind, run, writes = []) {
      const label = `${kind} of ${this.name}, call ${now}`;
      const entry = { tab, name: this.name, kind, writes, from: now++ };
      const done = { label };
      unsettled.add(done);
      let result;
      try {
        result = await run();
      } catch (error) {
        entry.code = String(error?.code ?? error);
        if (!(error instanceof globalThis.Granary.GranaryError) || !MAY[kind].includes(error.code)) told.wrong.push(`${label} failed: ${error?.code} ${error?.stack}`);
      }
      unsettled.delete(done);
      entry.to = now++;
      const said = `${kind} ${entry.code ?? 'ok'}`;
      told.codes[said] = (told.codes[said] ?? 0) + 1;
      told.ledger.push(entry);
      return result;
    }

    /** A handle: one that there is, if the store of it was not seen to have ended. */
    get store() {
      return this.handles.at(-1);
    }

    drop(store, { code } = {}) {
      if (code !== 'CLOSED' || !this.handles.includes(store)) return;
      this.handles.splice(this.handles.indexOf(store), 1);
      void this.close(store);
    }

    async open() {
      const store = await this.call('open', () => DataStore.open({ name: this.name, schema: sdl, storage: 'indexeddb' }));
      if (store) this.handles.push(store);
    }

    /** A verb on a handle, if there is one. */
    async on(kind, verb, writes) {
      const store = this.store;
      if (!store) return;
      await this.call(kind, () => verb(store).catch((error) => {
        this.drop(store, error);
        throw error;
      }), writes);
    }

    save() {
      const writes = [[this.own + chance(3), ++last]];
      return this.on('save', async (store) => store.save(new store.models.Note({ id: writes[0][0], n: last, text: this.name })), writes);
    }

    transact() {
      const n = ++last;
      return this.on('transact', (store) => store.transaction(async (tx) => {
        const { Note } = store.models;
        examine(this.name, 'a transaction', await tx.query(Note));
        for (const id of ['a', 'b']) await tx.save(new Note({ id: this.own + id, n, text: this.name }));
      }, { retries: 1000 }), [[`${this.own}a`, n], [`${this.own}b`, n]]);
    }

    remove() {
      const id = this.own + chance(3);
      return this.on('remove', async (store) => store.delete(store.models.Note, id), [[id]]);
    }

    clear() {
      return this.on('clear', (store) => store.clear());
    }

    query() {
      return this.on('query', async (store) => examine(this.name, 'a query', await store.query(store.models.Note)));
    }

    check() {
      return this.on('check', async (store) => {
        const { problems } = await store.check();
        if (problems.length > 0) told.wrong.push(`check of ${this.name}: ${problems.join('; ')}`);
      });
    }

    /** Follows the store until it ends, which it must do at the latest when it is closed. */
    async live() {
      const store = this.store;
      if (!store) return;
      void this.call('live', () => new Promise((resolve, reject) => {
        const next = ({ items }) => examine(this.name, 'a live query', items);
        store.live(store.models.Note).subscribe({ next, error: reject, complete: resolve });
      }));
      void this.call('observe', () => new Promise((resolve, reject) => {
        const next = ({ element }) => {
          if (element.text !== this.name) told.wrong.push(`an observer of ${this.name} hears ${JSON.stringify(element)}`);
        };
        store.observe(store.models.Note).subscribe({ next, error: reject, complete: resolve });
      }));
    }

    async close(store = this.handles.pop()) {
      if (store) await this.call('close', () => store.close());
    }

    destroy() {
      return this.call('destroy', () => DataStore.destroy(this.name));
    }

    async act() {
      for (let i = 0; i < bursts; i++) {
        const kinds = chance(3) === 0 ? [pick(alone)] : pick(pairs).split(' ');
        if (!this.store && kinds[0] !== 'open') await this.open();
        if (kinds[1]) told.met[kinds.join(' ')] = (told.met[kinds.join(' ')] ?? 0) + 1;
        const turns = chance(4);
        await Promise.all(kinds.map(async (kind, second) => {
          if (second) for (let turn = 0; turn < turns; turn++) await null;
          await this[kind]();
        }));
      }
      while (this.store) await this.close();
    }
  }

  const listening = DataStore.events().subscribe((event) => {
    if (event.type !== 'REMOVED') told.wrong.push(`event ${JSON.stringify(event)}`);
  });
  const all = Promise.all(names.map((name, i) => new Actor(name, i).act()));
  const settled = all.then(async () => { // what nobody waited for
    while (unsettled.size > 0) await new Promise((resolve) => setTimeout(resolve));
  });
  let timer;
  const hung = new Promise((resolve) => {
    timer = setTimeout(() => resolve([...unsettled].map(({ label }) => label)), patience);
  });
  told.hung = (await Promise.race([settled, hung])) ?? [];
  clearTimeout(timer);
  listening.unsubscribe();
  return told;
}

/** In the page: opens each store and gives its records, id and number, and what a check finds. */
export async function look({ names, sdl }) {
  const { DataStore } = globalThis.Granary;
  return Promise.all(names.map(async (name) => {
    const store = await DataStore.open({ name, schema: sdl, storage: 'indexeddb' });
    const notes = await store.query(store.models.Note);
    const { problems } = await store.check();
    await store.close();
    return { name, problems, strange: notes.filter(({ text }) => text !== name).length, records: Object.fromEntries(notes.map(({ id, n }) => [id, n])) };
  }));
}

/**
 * Says what cannot be of what `look` found, after these calls on a state that was found
 * before: an acknowledged write that is missing though nothing may have removed it, one
 * that is there though it was removed, refused or written over. Calls of which neither
 * ended before the other began, or that different tabs made, may have come in either order.
 */
export function judge(before, ledgers, after) {
  const calls = ledgers.flat();
  return after.flatMap(({ name, records, problems, strange }) => {
    const was = before.find((one) => one.name === name)?.records ?? {};
    const own = calls.filter((one) => one.name === name && (one.writes.length > 0 || one.kind === 'clear' || one.kind === 'destroy'));
    const ids = new Set([...Object.keys(was), ...Object.keys(records), ...own.flatMap(({ writes }) => writes.map(([id]) => id))]);
    const wrong = [...ids].filter((id) => !possible(id, was[id], own, records[id])).map((id) => {
      const history = own.map(({ tab, kind, writes, from, to, code }) => [tab, kind, writes.find(([other]) => other === id)?.[1], from, to, code])
        .filter(([, kind, n]) => n !== undefined || ['clear', 'destroy', 'remove'].includes(kind)).map((one) => one.join(' '));
      return `${id} was ${was[id]} and is ${records[id]} after ${history.join(', ')}`;
    });
    if (problems.length > 0) wrong.push(`check of ${name}: ${problems.join('; ')}`);
    if (strange > 0) wrong.push(`${name} has ${strange} records of another name`);
    return wrong;
  });
}

function possible(id, was, calls, is) {
  const start = { tab: undefined, to: -1, from: -1, n: was };
  const events = [start, ...calls.flatMap((one) => {
    const write = one.writes.find(([other]) => other === id);
    if (one.writes.length > 0 && !write) return [];
    return one.code && one.code !== 'UNKNOWN_OUTCOME' ? [] : [{ ...one, n: write?.[1] }];
  })];
  const certain = events.filter(({ code }) => !code);
  const earlier = (a, b) => a === start ? b !== start : a.tab === b.tab && a.to < b.from;
  return events.some((last) => last.n === is && !certain.some((one) => earlier(last, one)));
}
