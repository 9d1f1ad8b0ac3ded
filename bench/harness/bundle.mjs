// Bundles the adapters for the page with the bundler of this repository.

import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from '../../examples/atlas/test/site.mjs';

export const BUILD = join(root, 'build/bench');
const ADAPTERS = join(root, 'bench/adapters');
/** Imports that stay imports: what no page has, and Granary's late.js, which is loaded when it is needed, as bundlers that split code leave it. */
const EXTERNAL = 'node:*,*/late.js';

/** Bundles each peer into a directory of its own; gives those directories by id. */
export function bundle(peers) {
  const tool = join(BUILD, 'wasmbuild');
  mkdirSync(BUILD, { recursive: true });
  execFileSync('go', ['build', '-o', tool, './cmd/wasmbuild'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  models(tool);
  return Object.fromEntries(peers.map((peer) => [peer.id, bundled(tool, peer)]));
}

/** Granary's models are generated, as an app does it. */
function models(tool) {
  execFileSync(tool, ['generate', '-ts', '-out', BUILD, join(root, 'bench/blog.graphql')], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}

function bundled(tool, { id, packages, files = [], worker = [] }) {
  const missing = packages.find((name) => !existsSync(join(root, 'bench/node_modules', name)));
  if (missing) throw new Error(`${id}: ${missing} is not installed: run make bench-peers`);
  const out = join(BUILD, 'adapters', id);
  mkdirSync(out, { recursive: true });
  for (const entry of [id, ...worker]) {
    const target = join(out, entry === id ? 'adapter.js' : `${entry}.js`);
    execFileSync(tool, ['bundle', '-minify', '-external', EXTERNAL, '-out', target, join(ADAPTERS, `${entry}.js`)], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  for (const from of files) {
    if (from === 'web/dist') continue; // is served as it is
    copyFileSync(join(root, 'bench/node_modules', from), join(out, basename(from)));
  }
  return [out, ...files.filter((from) => from === 'web/dist').map((from) => join(root, from))];
}
