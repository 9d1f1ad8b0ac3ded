// Serves the pages of the comparison. They are isolated from other sites, which makes
// the page's clock fine and lets it measure its memory; what they load may be kept.

import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { NOTE } from './linear-memory.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript', '.json': 'application/json',
  '.wasm': 'application/wasm', '.data': 'application/octet-stream',
};
const HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
};
const KEEP = 'max-age=31536000';

/**
 * Serves `mounts`, an object of address → directories; where several have a file, the
 * first wins. `asked` hears of each file that is sent, with its place on disk.
 */
export async function serve(mounts, asked = () => {}) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const file = await find(mounts, path);
    if (!file) return response.writeHead(404, HEADERS).end();
    asked(path, file);
    response.writeHead(200, {
      ...HEADERS,
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      // A page that was left is not to be shown again as it was: it would go on living.
      'cache-control': file.endsWith('.html') ? 'no-store' : KEEP,
    });
    if (request.headers['sec-fetch-dest'] === 'worker') response.write(`${NOTE}\n`);
    response.end(await readFile(file));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function find(mounts, path) {
  const clean = normalize(path);
  const prefix = Object.keys(mounts).sort((a, b) => b.length - a.length).find((p) => clean.startsWith(p));
  if (!prefix) return undefined;
  for (const directory of mounts[prefix]) {
    const rest = clean.slice(prefix.length);
    const file = join(directory, rest === '' ? 'index.html' : rest);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile()) return file;
  }
  return undefined;
}
