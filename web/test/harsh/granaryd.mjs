// A sync server beside the rig: granaryd on SQLite or PostgreSQL, in a process that can be killed.

import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../server.mjs';
import { within } from './rig.mjs';

export class Granaryd {
  #command;
  #tokens;
  #arguments;
  #process;

  /** Builds one that serves a schema to pages of any origin that have its token, out of a file of SQLite or a database. */
  constructor(directory, sdl, database = join(directory, 'sync.db')) {
    const schema = join(directory, 'sync.graphql');
    writeFileSync(schema, sdl);
    this.#tokens = join(directory, 'sync.tokens');
    this.#command = join(directory, 'granaryd');
    execFileSync('go', ['build', '-o', this.#command, './cmd/granaryd'], { cwd: root });
    this.#arguments = ['-schema', schema, '-db', database, '-origin', '*', '-token-file', this.#tokens];
    this.renew();
    this.address = '127.0.0.1:0';
  }

  /** Lets another token in, and no longer the one before, from when it is started next. */
  renew() {
    this.token = randomUUID();
    writeFileSync(this.#tokens, `${this.token} somebody\n`);
  }

  /** Starts it, on the port that it had before. */
  async start() {
    this.#process = spawn(this.#command, [...this.#arguments, '-addr', this.address], { stdio: ['ignore', 'ignore', 'pipe'] });
    const url = await within('granaryd serves', new Promise((resolve, reject) => {
      let told = '';
      this.#process.stderr.on('data', (data) => {
        told += data;
        const found = /msg=serving url=(\S+)/.exec(told);
        if (found) resolve(found[1]);
      });
      this.#process.once('exit', (code) => reject(new Error(`granaryd ended with ${code}: ${told}`)));
    }));
    this.url = url;
    this.address = new URL(url).host;
  }

  async kill() {
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }

  /** All records, as who has no checkpoint is given them, and how many changes there were in all. */
  async everything() {
    const records = new Map();
    let changes = 0;
    for (let checkpoint = null, more = true; more;) {
      const response = await fetch(`${this.url}/pull`, {
        method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${this.token}` },
        body: JSON.stringify({ protocol: 1, client: 'rig', checkpoint, limit: 1000 }),
      });
      const page = await response.json();
      for (const { model, id, version, data } of page.changes) {
        changes = Math.max(changes, Number(version));
        if (data) records.set(`${model} ${id}`, data);
      }
      ({ checkpoint, more = false } = page);
    }
    return { records, changes };
  }
}
