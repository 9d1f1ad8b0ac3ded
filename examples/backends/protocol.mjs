// Granary's sync protocol, spoken by one file with nothing but Node:
//
//   node protocol.mjs models.json notes.jsonl 8787
//
// Everything is in memory. Each mutation is a line of a file before it is answered,
// and when the server starts it reads them again. The counter, the ids of mutations
// and what they did are one line, so none is there without the others.

import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync } from 'node:fs';
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { pathToFileURL } from 'node:url';

const MAX_BODY = 8 << 20; // bytes

/** Why a mutation, or with a status a whole call, is not done. */
class Refusal extends Error {
  constructor(message, { status, code = 'INVALID', field = '', ...answer } = {}) {
    super(message);
    Object.assign(this, { status, answer: { ...answer, error: { code, message, field } } });
  }
}

/** What a field may hold. */
const TYPES = {
  ID: (value) => typeof value === 'string' && value !== '',
  String: (value) => typeof value === 'string',
  Int: (value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31,
  Float: Number.isFinite,
  Boolean: (value) => typeof value === 'boolean',
};

/** The records of everybody, and what became of each mutation. */
export class Book {
  rows = new Map(); // by model and id, the youngest version last
  outcomes = new Map(); // of mutations, by their ids
  version = 0; // one counter for all records: who has seen it up to a number has missed nothing
  epoch = randomUUID(); // checkpoints of another file are not for this one
  news = new EventEmitter().setMaxListeners(0);
  #models;
  #file;
  #broken = false; // the disk has failed: nobody knows what is in the file, before it is read again

  constructor(models, path) {
    this.#models = new Map(Object.entries(models).map(([name, fields]) => [name, new Map(Object.entries(fields))]));
    const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1); // a last line without its end was never answered
    if (whole.length < bytes.length) truncateSync(path, whole.length);
    this.#file = openSync(path, 'a');
    const [first, ...lines] = whole.toString().split('\n');
    if (first) this.epoch = JSON.parse(first).epoch;
    else this.#write({ epoch: this.epoch });
    for (const line of lines) if (line) this.#take(JSON.parse(line));
  }

  /** The changes behind a checkpoint, oldest first. Who has none needs no deletions. */
  pull({ checkpoint, models, limit = 1000 }) {
    if (this.#broken) throw new Refusal('the disk has failed', { status: 503, code: 'DISK' });
    for (const model of models) if (!this.#models.has(model)) throw new Refusal(`there is no model ${model}`, { status: 400, field: 'models' });
    const seen = checkpoint === null ? 0 : this.#read(checkpoint);
    const changes = [];
    let more = false;
    for (const row of this.rows.values()) {
      if (row.version <= seen || !models.includes(row.model) || (checkpoint === null && row.deleted)) continue;
      if ((more = changes.length === limit)) break;
      changes.push({ ...row, version: String(row.version) });
    }
    return { changes, checkpoint: `${this.epoch}.${more ? changes.at(-1).version : this.version}`, more };
  }

  /** Mutations, each all or none. One that was here before is answered as then, with the records as they are now. */
  push({ mutations }) {
    const before = this.version;
    for (const mutation of mutations) if (!this.outcomes.has(mutation.id)) this.#take(this.#write(this.#judge(mutation)));
    this.#durably(() => fsyncSync(this.#file));
    if (this.version > before) this.news.emit('news');
    return { results: mutations.map(({ id }) => {
      const { status, error, records } = this.outcomes.get(id);
      return { id, status, error, records: records.map(([model, id]) => this.#record(model, id)) };
    }) };
  }

  close() {
    closeSync(this.#file);
  }

  /** What is to become of a mutation: the rows as it leaves them, or why not. */
  #judge({ id, ops }) {
    const rows = new Map();
    try {
      if (!Array.isArray(ops)) throw new Refusal('must be a list', { field: 'ops' });
      for (const op of ops) this.#apply(op, rows);
      return { id, status: 'applied', records: [...rows.values()].map((row) => [row.model, row.id]), rows: [...rows.values()] };
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      const { error, record } = refusal.answer;
      return record ? { id, status: 'conflict', records: [record], rows: [] } : { id, status: 'rejected', records: [], rows: [], error };
    }
  }

  /** One operation, on top of those before it. Who has not seen the last version overwrites the fields that it names, and no others. */
  #apply(op, rows) {
    const { model, id, base, data } = op ?? {};
    const fields = this.#models.get(model);
    if (!fields) throw new Refusal(`there is no model ${model}`, { field: 'model' });
    if (!TYPES.ID(id)) throw new Refusal('must be a text', { field: 'id' });
    if (base !== undefined && typeof base !== 'string') throw new Refusal('must be a version', { field: 'base' });
    const key = JSON.stringify([model, id]);
    const before = rows.get(key) ?? this.rows.get(key) ?? { deleted: true };
    switch (op.op) {
      case 'delete':
        rows.set(key, before.deleted ? { ...before, model, id } : { model, id, deleted: true });
        return;
      case 'update':
        if (before.deleted) throw new Refusal('it is deleted', { record: [model, id] });
      // falls through
      case 'create':
        rows.set(key, { model, id, data: checked(fields, { id, ...before.data, ...objectOf(data) }) });
        return;
      default:
        throw new Refusal('must be create, update or delete', { field: 'op' });
    }
  }

  /** Makes true what a line says. */
  #take({ id, status, error, records, rows }) {
    for (const row of rows) {
      const key = JSON.stringify([row.model, row.id]);
      if (row.deleted && (row.version || !this.rows.has(key))) continue; // it was deleted before, or never there
      this.rows.delete(key);
      this.rows.set(key, { ...row, version: ++this.version });
    }
    this.outcomes.set(id, { status, error, records });
  }

  #write(line) {
    this.#durably(() => appendFileSync(this.#file, `${JSON.stringify(line)}\n`));
    return line;
  }

  #durably(write) {
    try {
      if (this.#broken) throw new Error('it has failed before');
      write();
    } catch (cause) {
      this.#broken = true;
      throw new Refusal(`the disk has failed: ${cause.message}`, { status: 503, code: 'DISK' });
    }
  }

  #record(model, id) {
    const row = this.rows.get(JSON.stringify([model, id]));
    return row ? { ...row, version: String(row.version) } : { model, id, deleted: true };
  }

  #read(checkpoint) {
    const [, epoch, version] = /^(.*)\.(\d{1,15})$/.exec(checkpoint) ?? [];
    if (epoch !== this.epoch || Number(version) > this.version) throw new Refusal('is of another server', { status: 409, code: 'RESET', field: 'checkpoint', reset: true });
    return Number(version);
  }
}

function objectOf(data) {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw new Refusal('must be an object', { field: 'data' });
  return data;
}

/** A record whose fields are all of the model, and hold what they may. */
function checked(fields, record) {
  for (const field of Object.keys(record)) if (field !== 'id' && !fields.has(field)) throw new Refusal('there is no such field', { field });
  for (const [field, type] of fields) {
    const value = record[field] ?? null;
    if (value === null ? type.endsWith('!') : !TYPES[type.replace('!', '')](value)) throw new Refusal(`must be ${type}`, { field });
  }
  return record;
}

/** What every call has to be like, and those of each kind. */
function check(verb, call) {
  const wrong = (field, right) => { if (!right) throw new Refusal('is wrong or missing', { status: 400, field }); };
  wrong('body', typeof call === 'object' && call !== null && !Array.isArray(call));
  wrong('protocol', call.protocol === 1);
  wrong('client', typeof call.client === 'string');
  if (verb === 'push') {
    wrong('mutations', Array.isArray(call.mutations) && call.mutations.every((mutation) => TYPES.ID(mutation?.id)));
    return;
  }
  wrong('checkpoint', call.checkpoint === null || typeof call.checkpoint === 'string');
  wrong('models', Array.isArray(call.models) && call.models.every(TYPES.String));
  wrong('limit', call.limit === undefined || (Number.isInteger(call.limit) && call.limit > 0));
  wrong('wait', call.wait === undefined || call.wait >= 0);
  wrong('scope', call.scope === undefined || call.scope === null); // everybody gets everything here
}

async function read(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if ((size += chunk.length) > MAX_BODY) throw new Refusal(`at most ${MAX_BODY} bytes`, { status: 413, code: 'LIMIT' });
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    throw new Refusal('is no JSON', { status: 400, field: 'body' });
  }
}

/** Says "poke" whenever there is news, and first of all. */
function listen(book, response) {
  const poke = () => response.write('event: poke\ndata: {}\n\n');
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  poke();
  book.news.on('news', poke);
  response.on('close', () => book.news.off('news', poke));
}

/** Starts the server. With a token it answers those alone who have it. */
export function serve({ models, file, token, port = 0 }) {
  const book = new Book(models, file);

  async function answer(request, response) {
    const verb = new URL(request.url, 'http://localhost').pathname.slice(1);
    const method = { pull: 'POST', push: 'POST', live: 'GET' }[verb];
    if (!method) throw new Refusal('there is pull, push and live', { status: 404, code: 'NOT_FOUND' });
    if (request.method !== method) throw new Refusal(`takes ${method}`, { status: 405, code: 'METHOD' });
    if (token && request.headers.authorization !== `Bearer ${token}`) throw new Refusal('who are you?', { status: 401, code: 'UNAUTHENTICATED' });
    if (verb === 'live') return listen(book, response);
    const call = await read(request);
    check(verb, call);
    const said = JSON.stringify(book[verb](call));
    response.writeHead(200, { 'content-type': 'application/json' }).end(said);
  }

  const server = createServer(async (request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', 'authorization, content-type');
    if (request.method === 'OPTIONS') return response.writeHead(204).end();
    try {
      await answer(request, response);
    } catch (error) {
      if (request.destroyed && !request.complete) return; // it broke off in the middle: nothing was done
      if (!(error instanceof Refusal)) console.error(error);
      const { status = 500, answer: body = { error: { code: 'INTERNAL', message: 'it is not your fault' } } } = error;
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body));
      request.resume(); // what is left of a call is of no interest
    }
  });
  server.on('close', () => book.close());
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [models, file, port] = process.argv.slice(2);
  const server = await serve({ models: JSON.parse(readFileSync(models, 'utf8')), file, token: process.env.TOKEN, port: Number(port ?? 8787) });
  console.log(`http://127.0.0.1:${server.address().port}`);
}
