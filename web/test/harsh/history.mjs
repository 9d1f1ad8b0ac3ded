// Histories of writes. The same seed on the same state gives the same writes, in a
// page, which makes them, and in Node, which knows what must be there afterwards.

/** The models of a history: a cascade three levels deep. */
export const SDL = `
  type Owner @model { id: ID! n: Int! text: String items: [Item] @hasMany }
  type Item @model { id: ID! n: Int! text: String owner: Owner! @belongsTo parts: [Part] @hasMany }
  type Part @model { id: ID! n: Int! text: String item: Item! @belongsTo }
`;
export const MODELS = ['Owner', 'Item', 'Part'];
export const PARENT = { Owner: undefined, Item: 'ownerItemsId', Part: 'itemPartsId' };

/** The kinds of writes, those twice that are made twice as often. */
const KINDS = ['save', 'save', 'save', 'overwrite', 'edit', 'edit', 'conditional', 'refused', 'batch', 'delete', 'deleteAll', 'transaction'];

/** A generator of numbers from 0 up to 1. */
export function random(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A row of the plain list that a store's state is compared as: model, id, n, text, id of the parent. */
const rowOf = ({ model, id, n, text, parent }) => [model, id, n, text, parent];

/** Two lists of rows in one order, whatever order they came in. */
export function canonical(rows) {
  return rows.map((row) => JSON.stringify(row)).sort().join('\n');
}

/**
 * An endless list of writes, and the state after each. `prefix` begins the ids, so that
 * the histories of several tabs do not touch each other's records. `longest` is the
 * length of its longest texts, `most` the number of records from which on it deletes,
 * `kinds` the writes that it makes.
 */
export class History {
  #random;
  #prefix;
  #longest;
  #records = new Map(); // by model and id
  #made = 0;

  constructor({ seed, prefix = 'a', base = [], longest = 400, most = 150, kinds = KINDS }) {
    this.kinds = kinds;
    this.#random = random(seed);
    this.#prefix = `${prefix}${seed.toString(36)}-`;
    this.#longest = longest;
    this.most = most;
    for (const [model, id, n, text, parent] of base) this.#put({ model, id, n, text, parent });
  }

  /** The state as rows. */
  rows() {
    return [...this.#records.values()].map(rowOf);
  }

  /** The next write. The state is that after it, unless it must be refused. */
  next() {
    const kinds = this.#records.size > this.most ? ['delete', 'delete', 'deleteAll', 'transaction'] : this.kinds;
    const few = this.#of('Owner').length < 3 && this.kinds === KINDS;
    const kind = few || this.#records.size === 0 ? 'batch' : this.#pick(kinds);
    return { kind, ...this[kind]() };
  }

  save() {
    return { steps: [this.#put(this.#fresh())] };
  }

  overwrite() {
    const record = this.#pick([...this.#records.values()]);
    return { steps: [this.#put({ ...record, n: this.#number(), text: this.#text() })] };
  }

  edit() {
    return { steps: [this.#edit(this.#pick([...this.#records.values()]))] };
  }

  /** A conditional save that goes through. */
  conditional() {
    const record = this.#pick([...this.#records.values()]);
    return { when: record.n, steps: [this.#edit(record)] };
  }

  /** A conditional save whose condition does not hold. */
  refused() {
    const record = this.#pick([...this.#records.values()]);
    return { when: record.n + 1, refused: true, steps: [{ edit: { ...record, n: this.#number() } }] };
  }

  batch() {
    const steps = [this.#put(this.#fresh('Owner'))];
    for (let left = 2 + Math.floor(this.#random() * 18); left > 0; left--) steps.push(this.#put(this.#fresh()));
    return { steps };
  }

  delete() {
    return { steps: [this.#delete(this.#pick([...this.#records.values()]))] };
  }

  deleteAll() {
    const model = this.#pick(MODELS.filter((name) => this.#of(name).length > 0));
    const list = this.#of(model);
    const steps = [];
    for (let left = 1 + Math.floor(this.#random() * 4); left > 0; left--) steps.push(this.#pick(list));
    return { steps: [...new Set(steps)].map((record) => this.#delete(record)) };
  }

  /** Moves a unit between two owners, gives an item to one of them, and takes another away with its parts. */
  transaction() {
    const [from, to] = [this.#pick(this.#of('Owner')), this.#pick(this.#of('Owner'))];
    const steps = [this.#edit(from, { n: from.n - 1 })];
    steps.push(this.#edit(this.#records.get(`Owner ${to.id}`), { n: this.#records.get(`Owner ${to.id}`).n + 1 }));
    steps.push(this.#put({ ...this.#fresh('Item'), parent: to.id }));
    const items = this.#of('Item');
    if (this.#random() < 0.7) steps.push(this.#delete(this.#pick(items)));
    if (this.#random() < 0.3) steps.push(this.#delete(from));
    return { steps };
  }

  #fresh(model = this.#pick(MODELS)) {
    let parent = null;
    if (model !== 'Owner') {
      const parents = this.#of(model === 'Item' ? 'Owner' : 'Item');
      if (parents.length === 0) return this.#fresh('Owner');
      parent = this.#pick(parents).id;
    }
    return { model, id: `${this.#prefix}${this.#made++}`, n: this.#number(), text: this.#text(), parent };
  }

  #put(record) {
    this.#records.set(`${record.model} ${record.id}`, record);
    return { put: record };
  }

  #edit(record, change = { n: this.#number() }) {
    const edited = { ...record, ...change };
    this.#put(edited);
    return { edit: edited };
  }

  #delete(record) {
    const gone = [record];
    for (const each of gone) {
      this.#records.delete(`${each.model} ${each.id}`);
      const below = MODELS[MODELS.indexOf(each.model) + 1];
      if (below) gone.push(...this.#of(below).filter(({ parent }) => parent === each.id));
    }
    return { delete: { model: record.model, id: record.id } };
  }

  #of(model) {
    return [...this.#records.values()].filter((record) => record.model === model);
  }

  #pick(list) {
    return list[Math.floor(this.#random() * list.length)];
  }

  #number() {
    return Math.floor(this.#random() * 1e6);
  }

  /** A text that no browser compresses to nothing. */
  #text() {
    if (this.#random() < 0.2) return null;
    let text = '';
    const length = Math.floor(this.#random() ** 3 * this.#longest);
    while (text.length < length) text += Math.floor(this.#random() * 2 ** 32).toString(36);
    return text;
  }
}

/** Writes that a page may have made without being heard before it was killed: few, or many on a busy machine. */
const UNHEARD = [64, 4000];

/**
 * Judges what was found after a history was cut off. A store keeps the writes of one
 * page in the order in which they were made, so what is there must be the state after
 * the first of them, with every acknowledged one among these. `unknown` counts those
 * that are there without having been acknowledged.
 */
export function judge(options, { issued, acknowledged }, found) {
  const have = canonical(found);
  for (const unheard of UNHEARD) {
    const kept = lastMatch(options, acknowledged, issued + unheard, have);
    if (kept >= 0) return { lost: 0, torn: 0, unknown: kept - acknowledged };
  }
  const before = lastMatch(options, 0, acknowledged - 1, have);
  if (before >= 0) return { lost: acknowledged - before, torn: 0, unknown: 0 };
  return { lost: 0, torn: 1, unknown: 0, nearest: nearest(options, issued + UNHEARD[0], found) };
}

/** How many writes lead to this state, at least `least` and at most `most`; -1 when none do. */
function lastMatch(options, least, most, have) {
  const walk = new History(options);
  let match = -1;
  for (let i = 0; i <= most; i++) {
    if (i > 0) walk.next();
    if (i >= least && canonical(walk.rows()) === have) match = i;
  }
  return match;
}

/** The state that is nearest to what was found, to say in a failure what is torn. */
function nearest(options, most, found) {
  const walk = new History(options);
  let best = { differences: Infinity };
  for (let i = 0; i <= most; i++) {
    const op = i > 0 ? JSON.stringify(walk.next()).slice(0, 300) : 'nothing';
    best = nearer(best, walk.rows(), found, `after write ${i - 1}, ${op}`);
  }
  return best;
}

/** What tells the state that is nearest to what was found from it, to say so in a failure. */
function nearer(nearest, wanted, found, at) {
  const [want, have] = [wanted, found].map((rows) => new Set(rows.map((row) => JSON.stringify(row).slice(0, 200))));
  const missing = [...want].filter((row) => !have.has(row));
  const surplus = [...have].filter((row) => !want.has(row));
  const differences = missing.length + surplus.length;
  return differences <= nearest.differences ? { differences, at, missing: missing.slice(0, 5), surplus: surplus.slice(0, 5) } : nearest;
}
