// Serves what was built: files under a strict policy, or by the tool's own server.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { createInterface } from 'node:readline';
import { POLICY } from './projects.mjs';

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.wasm': 'application/wasm' };

/** Serves the files of a directory on a free port. */
export async function serveFiles(directory) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const file = join(directory, normalize(pathname === '/' ? '/index.html' : pathname));
    try {
      const body = await readFile(file);
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': POLICY });
      response.end(body);
    } catch {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Starts a script of a project that serves, and waits until it prints its address. */
export async function serveScript(project, script, env) {
  const child = spawn('npm', ['run', script], { cwd: project, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const ended = once(child, 'exit');
  const printed = [];
  for await (const line of createInterface({ input: child.stdout })) {
    printed.push(line);
    const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (!origin) continue;
    child.stdout.resume();
    return {
      origin,
      async close() {
        process.kill(-child.pid, 'SIGTERM'); // the group: npm and what it started
        await ended;
      },
    };
  }
  throw new Error(`npm run ${script} ended before it served:\n${printed.join('\n')}`);
}
