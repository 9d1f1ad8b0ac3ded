// WebKitGTK's MiniBrowser with a profile on disk, and as much of puppeteer's
// Browser and Page as the tests use. Its WebDriver would not do: there IndexedDB is
// in memory, by other code than that of a profile. Instead a script of the test
// server in each page does what it is told (agent.mjs).

import { execFile, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Agent } from './agent.mjs';

export const MINIBROWSER = process.env.MINIBROWSER ?? '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser';

const PATIENCE = 120_000; // for the browser to start, and for a window to open

/** A browser that starts with its first page: its windows are opened by a page of the same server. */
export class WebKit {
  #profile;
  #process;
  #opener;
  #ended;
  #over;

  constructor(profile) {
    this.#profile = profile;
    this.#ended = new Promise((resolve, reject) => (this.#over = reject));
    this.#ended.catch(() => {});
  }

  async version() {
    const { stdout } = await promisify(execFile)('xvfb-run', ['-a', MINIBROWSER, '--version']);
    return stdout.trim();
  }

  async newPage() {
    return new Page(this);
  }

  /** Opens a window and waits until the page with this agent is there. */
  async open(address, agent) {
    this.#opener ??= await this.#start(new URL('/empty', address));
    await this.arrival(agent, () => this.#opener.evaluate((url) => void window.open(url, '_blank', 'noopener'), agent.within(address)));
  }

  /** Does something and waits until it has brought a page with this agent. */
  async arrival(agent, act) {
    const arrival = agent.arrival();
    await act();
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('the page did not come in time')), PATIENCE);
    });
    await this.whileOpen(Promise.race([arrival, late])).finally(() => clearTimeout(timer));
  }

  /** Waits for something that never comes once the browser has ended. */
  whileOpen(promise) {
    return Promise.race([promise, this.#ended]);
  }

  on(event, listener) {
    if (event !== 'disconnected') throw new Error(`WebKit tells no ${event}`);
    this.#ended.catch(listener);
  }

  async close() {
    if (!this.#process) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    if (!this.#kill()) return;
    await gone;
  }

  /** Ends the display, the message bus and the browser, which are one group of processes. */
  #kill() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return false;
    return process.kill(-this.#process.pid, 'SIGTERM');
  }

  async #start(address) {
    const opener = new Agent();
    await this.arrival(opener, () => this.#spawn(opener.within(address)));
    return opener;
  }

  #spawn(address) {
    mkdirSync(this.#profile, { recursive: true });
    const log = join(this.#profile, 'log');
    const output = openSync(log, 'a');
    const root = process.getuid?.() === 0;
    this.#process = spawn('dbus-run-session', ['--', 'xvfb-run', '-a', MINIBROWSER, '--javascript-can-open-windows-automatically=true', address], {
      detached: true,
      stdio: ['ignore', output, output],
      env: {
        ...process.env,
        XDG_DATA_HOME: join(this.#profile, 'data'),
        XDG_CACHE_HOME: join(this.#profile, 'cache'),
        XDG_CONFIG_HOME: join(this.#profile, 'config'),
        NO_AT_BRIDGE: '1',
        GSETTINGS_BACKEND: 'memory',
        ...(root ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' } : {}),
      },
    });
    closeSync(output);
    const atExit = () => this.#kill();
    process.once('exit', atExit);
    this.#process.on('exit', () => process.off('exit', atExit));
    this.#process.on('error', (error) => this.#over(error));
    this.#process.on('exit', (code, signal) => this.#over(new Error(`WebKit has ended (${signal ?? code}):\n${readFileSync(log, 'utf8')}`)));
  }
}

class Page {
  #browser;
  #agent = new Agent();
  #open = false;

  constructor(browser) {
    this.#browser = browser;
  }

  async evaluateOnNewDocument(run) {
    this.#agent.before += `;(${run})();`;
  }

  async goto(address) {
    if (this.#open) throw new Error('a page of WebKit goes to one address only');
    this.#open = true;
    await this.#browser.open(address, this.#agent);
  }

  async reload() {
    await this.#browser.arrival(this.#agent, () => this.evaluate('void setTimeout(() => location.reload())'));
  }

  evaluate(code, argument) {
    return this.#browser.whileOpen(this.#agent.evaluate(code, argument));
  }

  async waitForFunction(expression) {
    await this.evaluate(`(async () => { while (!(${expression})) await new Promise((resolve) => setTimeout(resolve, 10)); })()`);
  }

  /** Waits until the page, or one that it leads to, has been loaded. */
  waitForNavigation() {
    return this.#browser.arrival(this.#agent, () => {});
  }

  async bringToFront() {} // every window is to be seen

  on(event, listener) {
    if (event === 'pageerror') this.#agent.onFault = listener;
  }

  async close() {
    this.#agent.evaluate('window.close()'); // which leaves nobody to answer
  }
}
