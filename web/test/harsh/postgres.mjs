// A PostgreSQL server beside the rig, which ends with it however it ends.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../server.mjs';
import { within } from './rig.mjs';

export class Postgres {
  #process;

  /** Starts one, and gives the address of an empty database. */
  async start(directory) {
    const command = join(directory, 'localpg');
    execFileSync('go', ['build', '-o', command, './server/localpg/serve'], { cwd: root });
    this.#process = spawn(command, { stdio: ['pipe', 'pipe', 'pipe'] });
    let told = '';
    this.#process.stderr.on('data', (data) => { told += data; });
    const failed = once(this.#process, 'exit').then(([code]) => { throw new Error(`PostgreSQL ended with ${code}: ${told}`); });
    failed.catch(() => {});
    const [url] = await within('PostgreSQL serves', Promise.race([once(createInterface(this.#process.stdout), 'line'), failed]), () => told, 90_000);
    return url;
  }

  async stop() {
    if (!this.#process || this.#process.exitCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.stdin.end();
    await exited;
  }
}
