// The browsers of Debian that the tests run in: Chromium and Firefox, driven by
// puppeteer-core, and WebKitGTK (webkit.mjs). `node web/test/browser.mjs` names
// those that are installed here.

import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';
import { MINIBROWSER, WebKit } from './webkit.mjs';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FIREFOX = process.env.FIREFOX ?? '/usr/bin/firefox-esr';

/** What Chromium is started with. */
export const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--js-flags=--expose-gc',
];

/** How long a browser may take for what it is told: as long as the tests it runs. */
const PATIENCE = 480_000;

/** Each browser by the name that -b takes: its executable, and how it is started with a profile. */
const BROWSERS = {
  chromium: {
    executable: CHROMIUM,
    launch: (userDataDir) => puppeteer.launch({ executablePath: CHROMIUM, userDataDir, protocolTimeout: PATIENCE, timeout: PATIENCE, args: FLAGS }),
  },
  firefox: {
    executable: FIREFOX,
    launch: async (userDataDir) => releasing(userDataDir, await puppeteer.launch({
      browser: 'firefox',
      executablePath: FIREFOX,
      userDataDir,
      protocolTimeout: PATIENCE,
      timeout: PATIENCE,
      // Lends the tests its garbage collector, as TestUtils.gc(), and answers for the user whether data may be kept.
      extraPrefsFirefox: {
        'dom.testing.testutils.enabled': true,
        'dom.storageManager.prompt.testing': true,
        'dom.storageManager.prompt.testing.allow': true,
      },
    })),
  },
  webkit: { executable: MINIBROWSER, launch: async (userDataDir) => new WebKit(userDataDir) },
};

/**
 * A Firefox that is closed only when its profile may be used again: the process has
 * ended, and puppeteer has put back the preferences, which it does behind that.
 */
function releasing(userDataDir, browser) {
  const exited = new Promise((resolve) => browser.process().once('exit', resolve));
  const close = browser.close.bind(browser);
  const kept = ['user.js.puppeteer', 'prefs.js.puppeteer'].map((name) => join(userDataDir, name));
  browser.close = async () => {
    await close();
    await exited;
    for (let i = 0; i < 500 && kept.some(existsSync); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  return browser;
}

/** The names of the browsers that are installed; Chromium, which there must be, is one of them. */
export function installed() {
  return Object.keys(BROWSERS).filter((name) => {
    if (name === 'chromium') return true;
    try {
      accessSync(BROWSERS[name].executable, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Starts a browser with a profile of its own; the same directory again is the same profile. */
export function launch(userDataDir, name = 'chromium') {
  if (!Object.hasOwn(BROWSERS, name)) throw new Error(`unknown browser ${name}; there are ${Object.keys(BROWSERS).join(', ')}`);
  return BROWSERS[name].launch(userDataDir);
}

/** What follows a flag on the command line, or what is taken without it. */
export function flag(name, otherwise) {
  return argv.includes(name) ? argv[argv.indexOf(name) + 1] : otherwise;
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) console.log(installed().join(' '));
