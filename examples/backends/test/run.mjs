// Has two stores sync with granaryd and with each of the backends, in pages that know
// nothing of each other, and the first backend checked by the protocol's own kit.
// Usage: node examples/backends/test/run.mjs. web/dist must have been built.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from '../../../web/test/browser.mjs';
import { esbuild } from '../../../web/test/in-page.mjs';
import { reporter } from '../../../web/test/reporter.mjs';
import { root, serve as serveSite } from '../../../web/test/server.mjs';
import { serve as serveGraphql } from '../graphql.mjs';
import { serve as serveProtocol } from '../protocol.mjs';
import { serve as serveRest } from '../rest.mjs';

const MOST_SECONDS = 300;
const HERE = join(root, 'examples/backends');
const TOKEN = 'open-sesame-at-once';
const SCHEMA = readFileSync(join(HERE, 'notes.graphql'), 'utf8');
const PAGE = `<!doctype html><link rel="icon" href="data:," />
  <script type="importmap">{ "imports": { "granary": "/dist/index.js" } }</script>
  <script type="module" src="/app/page.js"></script>`;

/** The models that the protocol's kit wants, without its relations, which this server does not know. */
const KIT = { Item: { title: 'String', note: 'String', count: 'Int', group: 'String' }, Part: { name: 'String', itemId: 'ID!' }, Ledger: { text: 'String' } };

const { test, run } = reporter();

const urlOf = (server) => server.url ?? `http://127.0.0.1:${server.address().port}`;

/** Starts granaryd, as a program of its own. */
function startGranaryd(scratch) {
  const [binary, tokens] = [join(scratch, 'granaryd'), join(scratch, 'tokens')];
  const { status } = spawnSync('go', ['build', '-o', binary, './cmd/granaryd'], { cwd: root, stdio: 'inherit' });
  assert.equal(status, 0, 'granaryd is built');
  writeFileSync(tokens, `${TOKEN} somebody\n`);
  const child = spawn(binary, ['-addr', '127.0.0.1:0', '-schema', join(HERE, 'notes.graphql'), '-db', join(scratch, 'notes.db'), '-token-file', tokens], { cwd: root });
  const ended = new Promise((resolve) => child.on('close', resolve));
  let said = '';
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (text) => {
      said += text;
      const [, url] = /\burl=(\S+)\n?/.exec(said) ?? [];
      if (url) resolve({ url, stop: () => (child.kill(), ended) });
    });
    ended.then(() => reject(new Error(`granaryd ended: ${said}`)));
  });
}

function stop(server) {
  if (server.stop) return server.stop();
  return new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}

const post = async (url, body, headers = {}) => {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
  return response.json();
};

const notesByProtocol = async (url) => {
  const { changes } = await post(`${url}/pull`, { protocol: 1, client: 'test', checkpoint: null, models: ['Note'] }, { authorization: `Bearer ${TOKEN}` });
  return byId(changes.map(({ data }) => data));
};

const byId = (notes) => Object.fromEntries(notes.filter(({ deleted }) => !deleted).map(({ id, text, votes }) => [id, { text, votes }]).sort());

/** Each backend: how it is started, and how one looks at its notes. */
const backends = (scratch) => ({
  granaryd: {
    start: () => startGranaryd(scratch),
    notes: notesByProtocol,
  },
  protocol: {
    start: (port) => serveProtocol({ models: JSON.parse(readFileSync(join(HERE, 'models.json'), 'utf8')), file: join(scratch, 'notes.jsonl'), token: TOKEN, port }),
    limit: undefined, // of a text
    notes: notesByProtocol,
  },
  rest: {
    start: () => serveRest(),
    limit: 200,
    notes: async (url) => byId((await (await fetch(`${url}/notes`)).json()).notes),
  },
  graphql: {
    start: () => serveGraphql(),
    limit: 200,
    notes: async (url) => byId((await post(url, { query: '{ changes { notes { id deleted text votes } } }' })).data.changes.notes),
  },
});

/** A page with a store; each has a storage of its own. */
class Visitor {
  faults = [];

  static async open(browser, site, ...how) {
    const visitor = new Visitor();
    const context = await browser.createBrowserContext();
    visitor.tab = await context.newPage();
    visitor.tab.on('pageerror', (error) => visitor.faults.push(String(error)));
    visitor.site = site;
    await visitor.load(...how);
    return visitor;
  }

  async load(...how) {
    await this.tab.goto(`${this.site.origin}/backends`);
    await this.tab.waitForFunction('globalThis.page !== undefined');
    await this.do('open', ...how);
  }

  /** Does what page.ts can. */
  do(verb, ...args) {
    return this.tab.evaluate((name, given) => globalThis.page[name](...given), verb, args);
  }

  offline(is) {
    return this.tab.setOfflineMode(is);
  }
}

/** What must be true of any backend. */
async function conversation(kind, { start, limit, notes }, browser, site) {
  let server = await start();
  const url = urlOf(server);
  const how = [kind, url, `notes-${kind}`, SCHEMA];
  const [ann, bob] = [await Visitor.open(browser, site, ...how), await Visitor.open(browser, site, ...how)];

  /** Lets both sync, and wants both and the server to have those notes. */
  async function agree(wanted) {
    for (const one of [ann, bob, ann]) await one.do('synced');
    for (const [name, has] of [['the server', await notes(url)], ['ann', await ann.do('notes')], ['bob', await bob.do('notes')]]) {
      assert.deepEqual(has, wanted, name);
    }
    for (const one of [ann, bob]) assert.equal((await one.do('status')).pending, 0);
  }

  await test('what one writes the other has, also what comes in several pages', async () => {
    await ann.do('save', { a: { text: 'one', votes: 1 }, b: { text: 'two' } });
    await ann.do('save', { c: { text: 'three' }, d: { text: 'four' }, e: { text: 'five' } });
    await bob.do('save', { f: { text: 'six' } });
    await agree({
      a: { text: 'one', votes: 1 }, b: { text: 'two', votes: null }, c: { text: 'three', votes: null }, d: { text: 'four', votes: null }, e: { text: 'five', votes: null },
      f: { text: 'six', votes: null },
    });
  });
  await test('a deletion reaches the other', async () => {
    for (const id of ['c', 'd', 'e']) await bob.do('remove', id);
    await agree({ a: { text: 'one', votes: 1 }, b: { text: 'two', votes: null }, f: { text: 'six', votes: null } });
  });
  await test('changes of different fields of one note both stay, when one of the two was offline', async () => {
    await ann.offline(true);
    await ann.do('save', { a: { text: 'one, offline' } });
    await ann.do('save', { a: { text: 'one, on a train' }, g: { text: 'new' } });
    await bob.do('save', { a: { votes: 7 } });
    await bob.do('synced');
    assert.equal((await ann.do('status')).pending > 0, true);
    await ann.offline(false);
    await agree({ a: { text: 'one, on a train', votes: 7 }, b: { text: 'two', votes: null }, f: { text: 'six', votes: null }, g: { text: 'new', votes: null } });
  });
  await test('what was written offline is sent by the next page', async () => {
    await bob.do('pause');
    await bob.do('save', { f: { votes: 3 } });
    await bob.do('remove', 'g');
    await bob.load(...how);
    await agree({ a: { text: 'one, on a train', votes: 7 }, b: { text: 'two', votes: null }, f: { text: 'six', votes: 3 } });
  });
  await test('one who deletes and one who edits agree in the end', async () => {
    for (const one of [ann, bob]) await one.do('pause');
    await ann.do('remove', 'b');
    await bob.do('save', { b: { votes: 9 } });
    await ann.do('synced');
    await bob.do('synced');
    const { a, f } = { a: { text: 'one, on a train', votes: 7 }, f: { text: 'six', votes: 3 } };
    await agree({ a, f });
    for (const { id } of await bob.do('rejected')) await bob.do('drop', id);
  });
  if (kind !== 'granaryd') await test('what the server refuses is taken back, and goes through when it is mended', async () => {
    if (limit) await ann.do('save', { h: { text: 'x'.repeat(limit + 1) } });
    else { // it is asked to keep a field that its models do not have
      await stop(server);
      server = await serveProtocol({ models: { Note: { text: 'String!' } }, file: join(site.scratch, 'notes.jsonl'), token: TOKEN, port: Number(new URL(url).port) });
      await ann.do('save', { h: { text: 'short', votes: 1 } });
    }
    await ann.do('synced');
    const [refused, ...none] = await ann.do('rejected');
    assert.deepEqual(none, []);
    assert.equal(refused.field, limit ? 'text' : 'votes');
    assert.equal((await ann.do('notes')).h, undefined);
    if (!limit) {
      await stop(server);
      server = await start(Number(new URL(url).port));
    }
    await ann.do('retry', refused.id, 'short');
    await agree({ a: { text: 'one, on a train', votes: 7 }, f: { text: 'six', votes: 3 }, h: { text: 'short', votes: limit ? null : 1 } });
    assert.deepEqual(await ann.do('rejected'), []);
  });
  if (kind === 'granaryd' || kind === 'protocol') await test('news comes by itself, also behind a checkpoint of another day', async () => {
    const seldom = 1e9; // milliseconds until the server is asked by itself
    await ann.load(...how, seldom);
    await bob.do('save', { i: { text: 'live' } });
    await ann.tab.waitForFunction(async () => (await globalThis.page.notes()).i?.text === 'live', { polling: 20 });
    await bob.do('remove', 'i');
    await ann.tab.waitForFunction(async () => (await globalThis.page.notes()).i === undefined, { polling: 20 });
  });
  await test('both stores are whole, and nothing went wrong in the pages', async () => {
    for (const one of [ann, bob]) {
      assert.deepEqual(await one.do('problems'), []);
      assert.deepEqual(one.faults, []);
    }
  });
  await stop(server);
}

/** The first backend says what it claims. */
async function kit(scratch) {
  const server = await serveProtocol({ models: KIT, file: join(scratch, 'kit.jsonl'), token: TOKEN });
  try {
    await test('the kit of the protocol finds nothing wrong', async () => {
      const { code, said } = await command('go', 'run', './cmd/synccheck', '-token', TOKEN, urlOf(server));
      assert.equal(code, 0, said);
      assert.match(said, /^28 passed, 0 failed, 6 not applicable/m); // as docs/backend-in-an-afternoon.md says
    });
  } finally {
    await stop(server);
  }
  await test('what it has answered is there when it starts again, and half of a line is not', async () => {
    const file = join(scratch, 'kit.jsonl');
    const all = (server) => post(`${urlOf(server)}/pull`, { protocol: 1, client: 'test', checkpoint: null, models: Object.keys(KIT), limit: 100_000 });
    const first = await serveProtocol({ models: KIT, file });
    const before = await all(first);
    await stop(first);
    appendFileSync(file, '{"id":"half","status":"app');
    const second = await serveProtocol({ models: KIT, file });
    assert.deepEqual(await all(second), before);
    assert.ok(before.changes.length > 100);
    const mutation = { id: 'm', at: new Date(0).toISOString(), ops: [{ op: 'create', model: 'Item', id: 'i', data: { title: 'x' } }] };
    const [result] = (await post(`${urlOf(second)}/push`, { protocol: 1, client: 'test', mutations: [mutation] })).results;
    await stop(second);
    const third = await serveProtocol({ models: KIT, file });
    assert.deepEqual((await post(`${urlOf(third)}/push`, { protocol: 1, client: 'test', mutations: [mutation] })).results, [result]);
    await stop(third);
  });
}

/** Runs a command while this process goes on to serve. */
function command(name, ...args) {
  const child = spawn(name, args, { cwd: root });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { said += text; });
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (code) => resolve({ code, said })));
}

async function main() {
  if (!existsSync(join(root, 'web/dist/granary-sdl.wasm'))) throw new Error("web/dist is not built; run 'make build' first");
  const scratch = mkdtempSync(join(tmpdir(), 'granary-backends-'));
  esbuild(join(HERE, 'test/page.ts'), '--external:granary', `--outfile=${join(scratch, 'app/page.js')}`);
  const site = Object.assign(await serveSite(scratch, { '/backends': PAGE }), { scratch });
  const browser = await launch(join(scratch, 'profile'));
  try {
    for (const [kind, backend] of Object.entries(backends(scratch))) {
      console.log(`\n${kind}`);
      await conversation(kind, backend, browser, site);
    }
    console.log('\nprotocol, as its kit sees it');
    await kit(scratch);
  } finally {
    await browser.close();
    await site.close();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

await run(MOST_SECONDS, main);
