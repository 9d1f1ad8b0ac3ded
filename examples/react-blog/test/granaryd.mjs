// Runs sync servers that serve the blog too: granaryd, and one with a rule (server/).

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../atlas/test/site.mjs';

const SCHEMA = join(root, 'examples/react-blog/src/blog.graphql');

/** Builds the servers, and a copy of the page that is told of its server, as BLOG_SYNC=/sync does in a build. */
export function prepare(scratch, dist) {
  execFileSync('go', ['build', '-o', `${scratch}/`, './cmd/granaryd', './examples/react-blog/test/server'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const page = join(scratch, 'page');
  cpSync(dist, page, { recursive: true });
  const index = join(page, 'index.html');
  writeFileSync(index, readFileSync(index, 'utf8').replace('<head>', '<head>\n  <meta name="sync" content="/sync">'));
}

/** A granaryd, which can be ended and started again at its address. */
export class Granaryd {
  #scratch;
  #db;
  #process;
  #address = '127.0.0.1:0';

  constructor(scratch, name) {
    this.#scratch = scratch;
    this.#db = join(scratch, `${name}.db`);
  }

  async start(...flags) {
    const all = ['-schema', SCHEMA, '-db', this.#db, '-addr', this.#address, '-static', join(this.#scratch, 'page'), '-model-policy', 'Post=strict', '-log-json', ...flags];
    this.#process = spawn(join(this.#scratch, 'granaryd'), all, { stdio: ['ignore', 'inherit', 'pipe'] });
    const line = await lineOf(this.#process.stderr, (text) => text.includes('"serving the page"'));
    this.origin = JSON.parse(line).url.replace(/\/$/, '');
    this.#address = new URL(this.origin).host;
  }

  /** Ends it: with SIGKILL as a crash does. */
  async end(signal = 'SIGTERM') {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill(signal);
    await exited;
  }
}

/** Starts the server that refuses filler text; the first pushes of so many clients wait for each other. */
export async function picky(scratch, name, together) {
  const all = ['-schema', SCHEMA, '-db', join(scratch, `${name}.db`), '-static', join(scratch, 'page'), '-together', String(together)];
  const process = spawn(join(scratch, 'server'), all, { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await lineOf(process.stdout, (text) => text.startsWith('serving '));
  return {
    origin: line.replace(/^serving /, '').replace(/\/$/, ''),
    async end() {
      const exited = once(process, 'exit');
      process.kill();
      await exited;
    },
  };
}

/** The first line that is looked for. What comes later is read and let go. */
function lineOf(stream, wanted) {
  return new Promise((resolve, reject) => {
    const said = [];
    const lines = createInterface({ input: stream });
    lines.on('line', (text) => {
      said.push(text);
      if (wanted(text)) resolve(text);
    });
    lines.on('close', () => reject(new Error(`the server ended: ${said.join('\n')}`)));
  });
}

/** All records that a server has, by model and key. */
export async function recordsOf(origin) {
  const all = new Map();
  for (let checkpoint = null, more = true; more;) {
    const response = await fetch(`${origin}/sync/pull`, {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ protocol: 1, client: 'test', checkpoint, limit: 1000 }),
    });
    const page = await response.json();
    for (const { model, id, data } of page.changes) if (data) all.set(`${model} ${id}`, data);
    ({ checkpoint, more = false } = page);
  }
  return all;
}
