// Runs granaryd with a page, as the demos do.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './site.mjs';

/** Builds commands of the repository into a directory. */
export function build(directory, ...commands) {
  execFileSync('go', ['build', '-o', `${directory}/`, ...commands], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Tells a page of its server, as a build with one does. */
export function tellOfServer(index, to = index) {
  writeFileSync(to, readFileSync(index, 'utf8').replace('<head>', '<head>\n  <meta name="sync" content="/sync">'));
}

/** A granaryd, which can be ended and started again at its address. `flags` name the schema, the page and what else there is to say. */
export class Granaryd {
  #program;
  #flags;
  #process;
  #address = '127.0.0.1:0';

  constructor(directory, name, ...flags) {
    this.#program = join(directory, 'granaryd');
    this.#flags = ['-db', join(directory, `${name}.db`), '-log-json', ...flags];
  }

  async start(...more) {
    this.#process = spawn(this.#program, ['-addr', this.#address, ...this.#flags, ...more], { stdio: ['ignore', 'inherit', 'pipe'] });
    const line = await lineOf(this.#process.stderr, (text) => text.includes('"serving the page"'));
    this.origin = JSON.parse(line).url.replace(/\/$/, '');
    this.#address = new URL(this.origin).host;
  }

  /** Ends it: with SIGKILL as a crash does. */
  async end(signal = 'SIGTERM') {
    if (!this.#process || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill(signal);
    await exited;
  }
}

/** The first line that is looked for. What comes later is read and let go. */
export function lineOf(stream, wanted) {
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
