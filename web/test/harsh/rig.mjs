// The rig that attacks stores in a real Chromium: browsers that can be killed, pages
// whose acknowledgements are kept in Node, and counts that a scenario must reach.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { FLAGS } from '../browser.mjs';
import { serve } from '../server.mjs';
import { judge, random } from './history.mjs';

// Debian's chromium is a script that starts this; a process group needs no script around it.
const BINARY = process.env.CHROMIUM ?? ['/usr/lib/chromium/chromium', '/usr/bin/chromium'].find(existsSync) ?? 'chromium';
const AWAKE = ['--disable-background-timer-throttling', '--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding'];
const PATIENCE = 60_000; // milliseconds for what must happen, before a scenario gives up

/** What the scenarios of one run share: a server on one port, so that all pages have one origin, and numbers. */
export class Rig {
  #server;
  #browsers = new Set();

  constructor(seed) {
    this.seed = seed;
    this.directory = mkdtempSync(join(tmpdir(), 'granary-harsh-'));
    this.random = random(seed);
  }

  async start() {
    this.#server = await serve(this.directory);
    this.origin = this.#server.origin;
  }

  /** A whole number from `least` up to, but not, `most`. */
  number(least, most) {
    return least + Math.floor(this.random() * (most - least));
  }

  pick(list) {
    return list[this.number(0, list.length)];
  }

  /** The directory of the profile of that name. */
  profile(name) {
    return join(this.directory, name);
  }

  /** Starts a browser on a profile, new or used before, crashed or not. */
  async browser(profile) {
    const browser = new Browser(this, this.profile(profile));
    this.#browsers.add(browser);
    await browser.start();
    return browser;
  }

  ended(browser) {
    this.#browsers.delete(browser);
  }

  async end() {
    await this.#server?.close();
    this.abandon();
  }

  /** Leaves nothing behind, at once. */
  abandon() {
    for (const browser of this.#browsers) browser.strike();
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** A Chromium of its own process group, so that a kill takes all its processes at the same moment. */
class Browser {
  #rig;
  #child;
  #gone;

  constructor(rig, profile) {
    this.#rig = rig;
    this.profile = profile;
  }

  async start() {
    const flags = [...FLAGS, ...AWAKE, '--remote-debugging-port=0', `--user-data-dir=${this.profile}`, 'about:blank'];
    this.#child = spawn(BINARY, flags, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#gone = new Promise((resolve) => this.#child.once('exit', resolve));
    const address = await within('the browser starts', new Promise((resolve, reject) => {
      let told = '';
      this.#child.stderr.on('data', (data) => {
        told += data;
        const found = /ws:\/\/\S+/.exec(told);
        if (found) resolve(found[0]);
      });
      this.#child.once('error', reject);
      this.#child.once('exit', (code) => reject(new Error(`the browser ended with ${code}: ${told}`)));
    }));
    this.connection = await puppeteer.connect({ browserWSEndpoint: address, protocolTimeout: PATIENCE });
  }

  /** Opens a page of the rig. `before` runs ahead of the page's own code, with `argument`. */
  async page({ before, argument, origin = this.#rig.origin } = {}) {
    const page = await this.connection.newPage();
    const ledger = new Ledger();
    page.ledger = ledger;
    page.failures = [];
    page.on('pageerror', (error) => page.failures.push(String(error)));
    page.cdp = await page.createCDPSession();
    await page.cdp.send('Runtime.enable');
    await page.cdp.send('Runtime.addBinding', { name: 'report' });
    page.cdp.on('Runtime.bindingCalled', ({ payload }) => ledger.note(payload));
    if (before) await page.evaluateOnNewDocument(before, argument);
    await page.goto(`${origin}/harsh`);
    await page.waitForFunction('globalThis.rig !== undefined');
    return page;
  }

  /** Kills every process of the browser at once. */
  async kill() {
    this.strike();
    await this.#gone;
    this.#rig.ended(this);
    await this.connection?.disconnect().catch(() => {});
  }

  /** The kill itself, which does not wait. */
  strike() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) process.kill(-this.#child.pid, 'SIGKILL');
  }

  /** Ends the browser in order. */
  async close() {
    await this.connection.close();
    await within('the browser ends', this.#gone);
    this.#rig.ended(this);
  }
}

/** What a page told of its writes. An acknowledgement that was lost on its way makes a test milder, never wrong. */
export class Ledger {
  issued = 0; // writes about to be made, counted from 0
  acknowledged = 0; // all writes below this are known to have been acknowledged
  acks = 0;
  ended = false;
  faults = [];
  marks = [];
  #watchers = [];

  note(text) {
    const [kind, number, ...rest] = text.split(' ');
    if (kind === 'i') this.issued = Number(number) + 1;
    else if (kind === 'a') {
      this.acknowledged = Math.max(this.acknowledged, Number(number) + 1);
      this.acks++;
    } else if (kind === 'x') this.faults.push(`write ${number}: ${rest.join(' ')}`);
    else if (kind === 'e') this.ended = true;
    else this.marks.push(text);
    for (const watch of [...this.#watchers]) watch();
  }

  /** Forgets what the page told before. */
  reset() {
    Object.assign(this, { issued: 0, acknowledged: 0, acks: 0, ended: false, faults: [], marks: [] });
  }

  /** Waits until something holds of what was told. */
  async until(what, holds) {
    let watch;
    try {
      await within(what, new Promise((resolve) => {
        watch = () => holds(this) && resolve();
        this.#watchers.push(watch);
        watch();
      }), () => JSON.stringify({ ...this }));
    } finally {
      this.#watchers.splice(this.#watchers.indexOf(watch), 1);
    }
  }
}

/** The counts of a scenario, printed last, and what it found wrong. */
export class Counts {
  lost = 0;
  torn = 0;
  unknown = 0;
  problems = [];
  #kinds = {};

  add(kind, by = 1) {
    this.#kinds[kind] = (this.#kinds[kind] ?? 0) + by;
  }

  of(kind) {
    return this.#kinds[kind] ?? 0;
  }

  /** Notes something wrong, with what tells it apart from other rounds. */
  wrong(where, what) {
    this.problems.push(`${where}: ${typeof what === 'string' ? what : JSON.stringify(what)}`);
  }

  /** Holds what a page told and what was found afterwards against its history. */
  judge(where, options, ledger, found) {
    const { lost, torn, unknown, nearest } = judge(options, ledger, found);
    this.lost += lost;
    this.torn += torn;
    this.unknown += unknown;
    if (lost || torn) this.wrong(where, { lost, torn, issued: ledger.issued, acknowledged: ledger.acknowledged, nearest });
    for (const fault of ledger.faults) this.wrong(where, fault);
  }

  /** A scenario that met less than it says it meets has failed. */
  atLeast(kind, figure) {
    if (this.of(kind) < figure) this.wrong('too few', `${kind}: ${this.of(kind)} of ${figure}`);
  }

  toString() {
    const kinds = Object.entries(this.#kinds).map(([kind, n]) => `${kind}=${n}`);
    return [...kinds, `lost=${this.lost}`, `torn=${this.torn}`, `unknown=${this.unknown}`].join(' ');
  }
}

/** Ends with what the promise ends with, or fails after a time. */
export async function within(what, promise, more = () => '', patience = PATIENCE) {
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`never came true: ${what} ${more()}`)), patience);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for so many milliseconds: for kills at a random moment, and for nothing else. */
export const moment = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
