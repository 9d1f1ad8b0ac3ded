// Names and values that are meant to hurt: members of every object as names, planted
// getters and setters, and strings of all kinds.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../server.mjs';

export const small = 600;
export const large = 3000;
export const title = 'hostile names, members and strings are refused or come back as they went in';

/** `strings` is how many strings are tried. */
export async function run(rig, counts, strings) {
  const browser = await rig.browser('hostile');
  await naughtyStrings(rig, browser, counts, strings);
  await names(browser, counts);
  await planted(browser, counts);
  await browser.close();
  counts.atLeast('strings', strings);
  counts.atLeast('names', 4 * 12); // as models, fields, ids and members of JSON
  counts.atLeast('planted', 50);
}

async function hostile(browser, options) {
  const page = await browser.page(options);
  await page.evaluate(async () => void (globalThis.hostile = await import('/harsh/hostile-page.mjs')));
  return page;
}

/** Each string as a value, in a list, in JSON, as a name of JSON and as an id, in the page and after reopening. */
async function naughtyStrings(rig, browser, counts, many) {
  const options = { seed: rig.number(1, 2 ** 30), many };
  const wrong = [];
  for (const turn of ['saveStrings', 'readStrings']) {
    const page = await hostile(browser);
    const told = await page.evaluate((verb, o) => hostile[verb](o), turn, options);
    wrong.push(...told.wrong);
    if (turn === 'readStrings') counts.add('strings', told.strings);
    await page.close();
  }
  for (const each of wrong) counts.wrong(`strings, seed ${options.seed}`, each);
}

/** Every name on Object.prototype, and some others, as model, field, id and member of JSON. */
async function names(browser, counts) {
  const page = await hostile(browser);
  const { tried, worked, refused, wrong } = await page.evaluate(() => hostile.tryNames());
  counts.add('names', tried);
  counts.add('worked', worked);
  counts.add('refused', refused);
  for (const each of [...wrong, ...page.failures]) counts.wrong('names', each);
  await page.close();
}

/** Setters and getters on Object.prototype under every name that the package assigns, before it is loaded. */
async function planted(browser, counts) {
  const assigned = (file) => [...readFileSync(join(root, 'web/dist', file), 'utf8').matchAll(/\.([A-Za-z_]\w*)\s*=(?![=>])/g)].map(([, name]) => name);
  const spared = new Set([...assigned('wasm_exec.js'), ...SPARED]); // Go's own file assigns its fields, which is not ours to mend
  const all = [...new Set([...assigned('index.js'), ...assigned('late.js'), ...MEMBERS])].filter((name) => !spared.has(name));
  const page = await hostile(browser, { before: plant, argument: all });
  const { wrong, touched } = await page.evaluate(() => hostile.useStore());
  counts.add('planted', all.length);
  for (const each of [...wrong, ...page.failures]) counts.wrong('planted', each);
  if (touched.length > 0) counts.wrong('planted', `setters saw ${touched.join(', ')}`);
  await page.close();
}

/** Members of records, predicates, options and errors. */
const MEMBERS = ['id', 'n', 'text', 'owner', 'items', 'ownerItemsId', 'createdAt', 'updatedAt', 'Owner', 'Item', 'model', 'field', 'relation', 'key', 'keys', 'where', 'sort', 'op',
  'some', 'and', 'limit', 'page', 'include', 'condition', 'name', 'schema', 'code', 'message', 'element', 'store', 'storage', 'epoch', 'version', 'details', 'record', 'values'];

/** Names without which no object can be described, called or awaited, and that the rig assigns. */
const SPARED = ['get', 'set', 'value', 'writable', 'enumerable', 'configurable', 'constructor', 'prototype', 'toString', 'then', 'store', 'hostile', 'Granary', 'rig'];

/** In the page, before its own code: setters that swallow what they get, and getters that find nothing. */
function plant(names) {
  globalThis.touched = [];
  for (const name of names) {
    Object.defineProperty(Object.prototype, name, {
      configurable: true,
      get: () => undefined,
      set() {
        globalThis.touched.push(name);
      },
    });
  }
}
