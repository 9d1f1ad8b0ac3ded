// Takes the picture of the page that the README shows, in the middle of its import
// with --import. Usage: node examples/atlas/test/screenshot.mjs file.png
//   [--light] [--phone] [--import] [--country CODE] [--search text]
// The app and web/dist must have been built.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launch } from './browser.mjs';
import { visit } from './page.mjs';
import { root, serve } from './site.mjs';

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const SETTLED = 900; // milliseconds: the map flies to a country
const POINTED_AT = { x: 456, y: 381 }; // Lagos, on the desktop

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    light: { type: 'boolean' }, phone: { type: 'boolean' }, import: { type: 'boolean' }, country: { type: 'string' }, search: { type: 'string' },
  },
});

const scratch = mkdtempSync(join(tmpdir(), 'granary-atlas-'));
const site = await serve(scratch, [join(root, 'examples/atlas/dist'), join(root, 'web/dist')]);
const browser = await launch(join(scratch, 'profile'));
const visitor = await visit(browser, site.origin);
const { page } = visitor;
await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: values.light ? 'light' : 'dark' }]);
await page.setViewport(values.phone ? PHONE : DESKTOP);
await visitor.load();
if (values.import) {
  await visitor.imported(80_000);
} else {
  await visitor.state('shown');
  if (values.search) await visitor.search(values.search);
  if (values.country) await page.evaluate((code) => (location.hash = code), values.country);
  if (!values.phone && !values.country) await page.mouse.move(POINTED_AT.x, POINTED_AT.y);
  await new Promise((resolve) => setTimeout(resolve, SETTLED));
}
await page.screenshot({ path: positionals[0] ?? 'atlas.png' });
await browser.close();
await site.close();
rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
