// A server of the sync protocol for sync-http.test.ts that can be told to misbehave.
// Each test has one of its own, by a name in the path: /name/pull, /name/push and
// /name/live are the protocol; what is posted to /name/next is done at the next calls,
// and /name/heard tells what was heard. Pages are of another origin, and may call.

import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

const ALLOW = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'Retry-After', 'access-control-allow-headers': 'authorization, content-type' };
const HTML = '<!doctype html>\n<title>app</title><script type="module" src="/app.js"></script>';
const MEGABYTE = 'x'.repeat(1 << 20);

/** The records and mutations of one test. */
class Backend {
  rows = new Map();
  seen = new Map();
  calls = []; // path and token of each
  next = []; // what is done at the next calls: { at, do, ... }
  ended = 0; // calls that the client gave up
  version = 0;

  pull({ checkpoint, models }) {
    const changes = [...this.rows.values()].filter(({ model, version }) => models.includes(model) && version > Number(checkpoint ?? 0));
    return { changes, checkpoint: String(this.version) };
  }

  push({ mutations }) {
    return { results: mutations.map(({ id, ops }) => {
      if (!this.seen.has(id)) this.seen.set(id, { times: 1, result: this.#apply(id, ops) });
      return this.seen.get(id).result;
    }) };
  }

  #apply(id, ops) {
    return { id, status: 'applied', records: ops.map(({ model, id: key, data }) => this.write(model, key, data)) };
  }

  write(model, id, data) {
    const version = ++this.version;
    const key = JSON.stringify([model, id]);
    const before = this.rows.get(key)?.data;
    this.rows.delete(key);
    this.rows.set(key, { model, id, version, ...(data ? { data: { ...before, ...data } } : { deleted: true }) });
    return { model, id, version };
  }
}

/** What can be done in the place of an answer, or with it. */
const ODD = {
  /** Answers anything: status, type, headers, body. */
  answer: (response, _, { status = 200, type = 'application/json', headers = {}, body = '' }) => {
    response.writeHead(status, { 'content-type': type, ...headers }).end(body);
  },
  html: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end(HTML),
  /** Sends a body in pieces, each when the last one has left. */
  pieces: async (response, _, { status = 200, type = 'application/json', pieces, stay = false, cut = false }) => {
    response.writeHead(status, { 'content-type': type });
    response.flushHeaders();
    for (const piece of pieces) {
      await new Promise((sent) => response.write(piece, sent));
      await new Promise(setImmediate);
    }
    if (cut) response.destroy();
    else if (!stay) response.end();
  },
  /** Answers well, a byte at a time. */
  trickle: (response, good) => ODD.pieces(response, good, { pieces: [...JSON.stringify(good())] }),
  /** Sends so many megabytes of one text, as JSON. */
  large: async (response, good, { megabytes }) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"more":false,"unheard":"');
    for (let i = 0; i < megabytes && !response.destroyed; i++) await new Promise((sent) => response.write(MEGABYTE, sent));
    response.end(`",${JSON.stringify(good()).slice(1)}`);
  },
  hang: () => {},
  cut: (response) => response.destroy(),
  /** Does what was asked, and nobody hears what came of it. A browser sends by itself again what was cut off before any answer. */
  lost: (response, good) => {
    good();
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
    response.write('{', () => response.destroy());
  },
  /** Sends the first half. */
  half: (response, good) => {
    const text = JSON.stringify(good());
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
    response.write(text.slice(0, text.length / 2), () => response.destroy());
  },
  /** Says that pages of other origins may not know. */
  'no-cors': (response, good) => {
    for (const name of Object.keys(ALLOW)) response.removeHeader(name);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(good()));
  },
};

/** Starts the server on a free port. */
export async function serveHostile() {
  const backends = new Map();

  async function answer(request, response) {
    const { pathname, search } = new URL(request.url, 'http://localhost');
    const [, name, verb] = pathname.split('/');
    if (!backends.has(name)) backends.set(name, new Backend());
    const backend = backends.get(name);
    for (const [header, value] of Object.entries(ALLOW)) response.setHeader(header, value);
    if (request.method === 'OPTIONS') return response.writeHead(204).end();
    const body = request.method === 'POST' ? await json(request) : undefined;
    const say = (value) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (verb === 'next') return say(backend.next.push(...body));
    if (verb === 'write') return say(backend.write(...body));
    if (verb === 'heard') {
      const { calls, ended, next } = backend;
      return say({ calls, ended, left: next.length, rows: [...backend.rows.values()], mutations: [...backend.seen.keys()] });
    }
    backend.calls.push({ verb, search, token: request.headers.authorization, mutations: body?.mutations?.map(({ id }) => id) });
    response.on('close', () => { if (!response.writableEnded) backend.ended++; });
    const good = () => backend[verb](body);
    const odd = backend.next.find(({ at }) => at === verb);
    if (odd) {
      if (!odd.always) backend.next.splice(backend.next.indexOf(odd), 1);
      return ODD[odd.do](response, good, odd);
    }
    if (verb === 'pull' || verb === 'push') return say(good());
    response.writeHead(404).end();
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.destroy(error)); // the client gave up
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}
