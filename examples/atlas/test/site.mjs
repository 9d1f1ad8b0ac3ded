// Serves directories with the server of the demo, on a free port.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The directory of the repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Starts the server. `scratch` is where its program is built; the first directory that has a file wins. */
export async function serve(scratch, directories) {
  const program = join(scratch, 'wasmbuild');
  execFileSync('go', ['build', '-o', program, './cmd/wasmbuild'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const server = spawn(program, ['serve', '-addr', '127.0.0.1:0', ...directories], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  return {
    origin: line.replace(/^serving /, '').replace(/\/$/, ''),
    async close() {
      server.kill('SIGTERM');
      await once(server, 'exit');
    },
  };
}
