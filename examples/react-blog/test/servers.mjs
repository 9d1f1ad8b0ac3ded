// Runs sync servers that serve the blog too: granaryd, and one with a rule (server/).

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { build, Granaryd, lineOf, tellOfServer } from '../../atlas/test/granaryd.mjs';
import { root } from '../../atlas/test/site.mjs';

const SCHEMA = join(root, 'examples/react-blog/src/blog.graphql');

/** Builds the servers, and a copy of the page that is told of its server, as BLOG_SYNC=/sync does in a build. */
export function prepare(scratch, dist) {
  build(scratch, './cmd/granaryd', './examples/react-blog/test/server');
  const page = join(scratch, 'page');
  cpSync(dist, page, { recursive: true });
  tellOfServer(join(page, 'index.html'));
}

/** A granaryd as make demo-blog runs it, with the page that is told of it or another. */
export function granaryd(scratch, name, page = join(scratch, 'page')) {
  return new Granaryd(scratch, name, '-schema', SCHEMA, '-static', page, '-model-policy', 'Post=strict');
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
