// Packs the package as it is published, and sets up a project that has it installed.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** The directory of the repository. */
export const root = join(here, '../..');

/** Packs web/ and returns the tarball's path. */
export function pack(directory) {
  const out = execFileSync('npm', ['pack', '--json', '--pack-destination', directory], {
    cwd: join(root, 'web'), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [tarball] = Object.values(JSON.parse(out));
  return join(directory, tarball.filename);
}

/**
 * Copies a project to where its dependencies are found in the repository's
 * node_modules, but the package in its own: unpacked from the tarball, as npm would.
 * What npm did not hoist is copied along.
 */
export function install(name, directory, tarball) {
  const project = join(directory, name);
  cpSync(join(here, name), project, { recursive: true, verbatimSymlinks: true });
  cpSync(join(here, 'program.js'), join(project, 'src/program.js'));
  const unpacked = join(project, 'node_modules/granary');
  mkdirSync(unpacked, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', unpacked]);
  return project;
}

/** Copies files of the project and of the package beside each other. */
export function gather(project, site, files) {
  for (const file of files) {
    const from = file.startsWith('granary/') ? join(project, 'node_modules/granary/dist', file.slice('granary/'.length)) : join(project, file);
    cpSync(from, join(site, file.replace(/^src\//, '')));
  }
}
