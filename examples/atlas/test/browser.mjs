// Chromium as Debian packages it, driven by puppeteer-core.

import puppeteer from 'puppeteer-core';

const PROTOCOL_TIMEOUT = 300_000; // milliseconds; an import of raw records takes its time

/** Starts a browser; the same directory again is the same profile. `options` are more of puppeteer's. */
export function launch(userDataDir, args = [], options = {}) {
  return puppeteer.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    userDataDir,
    protocolTimeout: PROTOCOL_TIMEOUT,
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', ...args,
    ],
    ...options,
  });
}
