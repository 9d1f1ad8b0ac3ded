// Debian's Chromium, driven by puppeteer-core.

import puppeteer from 'puppeteer-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** What Chromium is started with. */
export const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--js-flags=--expose-gc',
];

/** Starts a browser with a profile of its own; the same directory again is the same profile. */
export function launch(userDataDir) {
  return puppeteer.launch({
    executablePath: CHROMIUM,
    userDataDir,
    protocolTimeout: 480_000,
    args: FLAGS,
  });
}
