// What a run was made on.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { root } from '../../examples/atlas/test/site.mjs';

/** { machine, browser, versions }: versions are of packages, by name. */
export function machine(peers) {
  const browser = execFileSync(process.env.CHROMIUM ?? '/usr/bin/chromium', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return {
    machine: `${cpus().length} cores (${cpus()[0].model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB`,
    browser: browser.match(/Chromium [\d.]+/)?.[0] ?? browser.trim(),
    versions: versions(peers),
  };
}

/** The versions that the lock file pins. */
function versions(peers) {
  const lock = join(root, 'bench/package-lock.json');
  if (!existsSync(lock)) return {};
  const { packages } = JSON.parse(readFileSync(lock, 'utf8'));
  return Object.fromEntries(peers.flatMap((p) => p.packages).map((name) => [name, packages[`node_modules/${name}`].version]));
}
