// Drives the example app in Chromium as a visitor does, and compares what it shows
// with answers that were computed apart. Usage: node examples/atlas/test/run.mjs [-g alone|sync]
// The app and web/dist must have been built.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv } from 'node:process';
import { reporter } from '../../../web/test/reporter.mjs';
import { cities, countries, country, listed, matching } from './answers.mjs';
import { launch } from './browser.mjs';
import { build, Granaryd, tellOfServer } from './granaryd.mjs';
import { visit } from './page.mjs';
import { root, serve } from './site.mjs';

const MOST_SECONDS = 500;
const DOOMED = 'FR';
/** What a page cannot but log while its server is away. */
const NO_SERVER = /Failed to load resource|\/sync\/\S+ failed/;
const NEW_NAME = 'Zzyzx-sur-Mer';

const JOINS = countries.reduce((sum, { languages }) => sum + Object.keys(languages).length, 0);
const LANGUAGES = new Set(countries.flatMap(({ languages }) => Object.keys(languages))).size;
const WORLD = { Country: 250, City: 135_233, Language: LANGUAGES, CountryLanguage: JOINS, Renaming: 0, Import: 1 };

const { test, run } = reporter();

async function importing(visitor) {
  await test('an import that is cut off goes on where it stopped', async () => {
    await visitor.load();
    await visitor.imported(30_000);
    await visitor.load();
    await visitor.state('shown');
    assert.deepEqual(await visitor.rows(), WORLD);
    const imported = Number((await visitor.text('said-import')).replace(/\D/g, ''));
    assert.ok(imported > 0 && imported <= cities.length - 30_000, `the second visit imported ${imported} records`);
    assert.deepEqual(await visitor.problems(), []);
  });
  await test('the list tells the exact number of cities', async () => assert.equal(await visitor.total(), cities.length));
  await test('a reload shows everything and fetches nothing', async () => {
    visitor.fetched = 0;
    await visitor.load();
    await visitor.state('shown');
    assert.equal(visitor.fetched, 0);
    assert.equal(await visitor.text('time-import'), '–');
    assert.equal(await visitor.total(), cities.length);
  });
}

async function listing(visitor) {
  const first = async (expected) => visitor.until(expected[0], async () => (await visitor.names())[0]);
  const shows = async (expected) => {
    await first(expected);
    assert.deepEqual(await visitor.names(), expected);
  };
  await test('the list begins with the largest cities', () => shows(listed(cities)));
  await test('its second page goes on where the first ends', async () => {
    await visitor.click('#next');
    await shows(listed(cities, { page: 1 }));
    await visitor.click('#previous');
    await shows(listed(cities));
  });
  await test('it is sorted by name, either way', async () => {
    await visitor.click('#sort-search');
    await shows(listed(cities, { by: 'name', descending: false }));
    await visitor.click('#sort-search');
    await shows(listed(cities, { by: 'name', descending: true }));
    await visitor.click('#sort-population');
    await shows(listed(cities));
  });
}

async function filtering(visitor) {
  const agrees = async (filter) => {
    const expected = matching(filter);
    await visitor.listed(expected.length);
    assert.deepEqual(await visitor.names(), listed(expected));
  };
  let world;
  await test('a name is found by its beginning, without case and accents', async () => {
    world = await visitor.light();
    await visitor.search('SÃO');
    await agrees({ prefix: 'são' });
    assert.ok((await visitor.light()) < world, 'the other cities on the map are faint');
  });
  await test('region and population narrow it further', async () => {
    await visitor.search('san');
    await visitor.region('Americas');
    const population = await visitor.slide(50);
    assert.ok(population > 100_000, `the slider's middle asks for ${population}`);
    await agrees({ prefix: 'san', region: 'Americas', population });
  });
  await test('a region alone follows the relation to the country', async () => {
    await visitor.search('');
    await visitor.slide(0);
    await visitor.region('Oceania');
    await agrees({ region: 'Oceania' });
  });
  await test('nothing is said to be found when nothing is', async () => {
    await visitor.search('qqqq');
    await visitor.listed(0);
    assert.equal(await visitor.page.$eval('#nothing', (p) => p.hidden), false);
  });
  await test('clearing the filters lights the whole world again', async () => {
    await visitor.click('#clear-filters');
    await visitor.listed(cities.length);
    await visitor.until(world, () => visitor.light());
  });
}

async function relating(visitor) {
  await test('the page of a country shows what its relations lead to', async () => {
    const expected = country('CH');
    await visitor.page.evaluate(() => (location.hash = 'CH'));
    await visitor.until(expected.name, () => visitor.page.$eval('#country', (article) => article.querySelector('h2')?.textContent));
    const shown = await visitor.page.evaluate(() => ({
      cities: document.querySelector('.figures div:nth-child(3) dd').textContent,
      largest: document.querySelector('.cities .city').textContent,
      languages: document.querySelectorAll('.language').length,
    }));
    assert.deepEqual(shown, { cities: expected.cities.toLocaleString('en'), largest: expected.largest, languages: expected.languages });
    for (const button of await visitor.page.$$('.chip.more')) await button.evaluate((element) => element.click());
    const speakers = await visitor.page.$$eval('.language', (all) =>
      all.map((language) => [...language.querySelectorAll('.chip')].map((chip) => chip.textContent).sort()));
    const sorted = (lists) => lists.map((list) => list.join()).sort();
    assert.deepEqual(sorted(speakers), sorted(Object.values(expected.speakers)));
  });
  await test('a city leads to its country, and back', async () => {
    await visitor.click('.back');
    await visitor.openFirst();
    assert.equal(await visitor.text('country-name'), 'China');
    await visitor.click('.back');
    await visitor.listed(cities.length);
  });
}

async function renaming(visitor) {
  await test('an empty name is refused in words, and nothing changes', async () => {
    const [before] = await visitor.names();
    await visitor.renameFirst('  ');
    await visitor.page.waitForSelector('#notice.error:not([hidden])');
    assert.match(await visitor.text('notice'), /^INVALID.*City\.name/s);
    await visitor.page.keyboard.press('Escape');
    await visitor.load();
    await visitor.state('shown');
    assert.equal((await visitor.names())[0], before);
  });
  await test('another name is there after a reload, found and sorted by', async () => {
    await visitor.renameFirst(NEW_NAME);
    await visitor.until(NEW_NAME, async () => (await visitor.names())[0]);
    visitor.fetched = 0;
    await visitor.load();
    await visitor.state('shown');
    assert.equal(visitor.fetched, 0);
    assert.equal((await visitor.names())[0], NEW_NAME);
    await visitor.search('zzyzx');
    await visitor.listed(1);
    await visitor.click('#clear-filters');
    await visitor.listed(cities.length);
  });
}

async function deleting(visitor) {
  const gone = country(DOOMED);
  const left = { ...WORLD, Country: WORLD.Country - 1, City: WORLD.City - gone.cities, CountryLanguage: JOINS - gone.languages, Renaming: 1 };
  await test('deleting a country takes its cities and its languages with it, off the map too', async () => {
    const before = await visitor.light();
    await visitor.page.evaluate((code) => (location.hash = code), DOOMED);
    await visitor.page.waitForSelector('#delete-country');
    await visitor.click('#delete-country');
    await visitor.agree();
    await visitor.listed(left.City);
    assert.deepEqual(await visitor.rows(), left);
    assert.match(await visitor.text('said-delete'), new RegExp(`^${(1 + gone.cities + gone.languages).toLocaleString('en')} records`));
    await visitor.page.waitForFunction(() => document.getElementById('country').hidden);
    await visitor.until('its lights are out', async () => ((await visitor.light()) < before ? 'its lights are out' : 'it shines'));
  });
  await test('it stays gone after a reload, and the store is whole', async () => {
    await visitor.load();
    await visitor.state('shown');
    assert.deepEqual(await visitor.rows(), left);
    assert.equal(await visitor.total(), left.City);
    assert.deepEqual(await visitor.problems(), []);
  });
}

async function beginning(visitor) {
  await test('starting over brings everything back', async () => {
    await visitor.click('#start-over');
    await visitor.agree();
    await visitor.state('importing');
    await visitor.state('shown');
    assert.deepEqual(await visitor.rows(), WORLD);
    assert.deepEqual(await visitor.names(), listed(cities));
    assert.deepEqual(await visitor.problems(), []);
  });
  await test('deleting the database leaves nothing behind', async () => {
    await visitor.click('#delete-database');
    await visitor.agree();
    await visitor.state('deleted');
    assert.deepEqual(await visitor.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name)), []);
  });
}

/** Two browsers and a server: what one renames the other one shows, and the world is synced by nobody. */
async function sharing(scratch) {
  const page = join(scratch, 'page');
  mkdirSync(page);
  tellOfServer(join(root, 'examples/atlas/dist/index.html'), join(page, 'index.html'));
  build(scratch, './cmd/granaryd');
  const server = new Granaryd(scratch, 'atlas', '-schema', join(root, 'examples/atlas/src/atlas.graphql'),
    '-static', [page, join(root, 'examples/atlas/dist'), join(root, 'web/dist')].join());
  await server.start();
  const one = await launch(join(scratch, 'one'));
  const two = await launch(join(scratch, 'two'));
  try {
    const [here, there] = [await visit(one, server.origin), await visit(two, server.origin)];
    const first = async (visitor) => (await visitor.names())[0];
    const standing = (visitor) => visitor.until(true, async () => /: synced\.$/.test(await visitor.text('standing')));
    await test('a name that is given in one browser comes to one that imports the world later', async () => {
      await here.load();
      await here.state('shown');
      await here.renameFirst(NEW_NAME);
      await standing(here);
      await there.load();
      await there.state('shown');
      await there.until(NEW_NAME, () => first(there));
      await standing(there);
      assert.deepEqual(await there.rows(), { ...WORLD, Renaming: 1 });
    });
    await test('from then on the other one follows, there and back, and after the server was away', async () => {
      await there.page.bringToFront();
      await there.renameFirst('Zzyzx');
      await here.page.bringToFront();
      await here.until('Zzyzx', () => first(here));
      await server.end('SIGKILL');
      await here.renameFirst('Zzyzx again');
      await here.until(true, async () => /the server is away, 1 change waiting/.test(await here.text('standing')));
      await server.start();
      for (const visitor of [here, there]) await visitor.page.evaluate(async () => { await (await atlas.sync()).syncNow(); });
      await there.page.bringToFront();
      await there.until('Zzyzx again', () => first(there));
      for (const visitor of [here, there]) assert.deepEqual(await visitor.problems(), []);
    });
    await test('who starts over has the world, and the names that were given', async () => {
      await there.click('#start-over');
      await there.agree();
      await there.state('importing');
      await there.state('shown');
      await there.until('Zzyzx again', () => first(there));
    });
    const faults = [here, there].flatMap((visitor) => visitor.faults).filter((fault) => !NO_SERVER.test(fault));
    await test('nothing else was logged', async () => assert.deepEqual(faults, []));
  } finally {
    await one.close();
    await two.close();
    await server.end('SIGKILL');
  }
}

async function looking(visitor) {
  await test('every button has a name for those who cannot see it', async () => {
    const nameless = await visitor.page.$$eval('button, input', (all) => all.filter((element) => !element.closest('dialog:not([open])') &&
      !element.textContent.trim() && !element.getAttribute('aria-label') && !element.labels?.length).map((element) => element.outerHTML));
    assert.deepEqual(nameless, []);
  });
  await test('nothing is wider than a phone', async () => {
    for (const width of [320, 390]) {
      await visitor.page.setViewport({ width, height: 844 });
      assert.equal(await visitor.page.evaluate(() => document.documentElement.scrollWidth), width);
    }
    await visitor.page.setViewport({ width: 1280, height: 800 });
  });
}

async function main() {
  for (const needed of ['examples/atlas/dist/app.js', 'examples/atlas/dist/data/cities.json', 'web/dist/granary.wasm']) {
    if (!existsSync(join(root, needed))) throw new Error(`${needed} is missing; run 'make test-atlas', which builds it`);
  }
  const scratch = mkdtempSync(join(tmpdir(), 'granary-atlas-'));
  const wanted = argv.includes('-g') ? argv[argv.indexOf('-g') + 1] : '';
  try {
    if ('alone'.includes(wanted)) await alone(scratch);
    if ('sync'.includes(wanted)) await sharing(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function alone(scratch) {
  const site = await serve(scratch, [join(root, 'examples/atlas/dist'), join(root, 'web/dist')]);
  const browser = await launch(join(scratch, 'profile'));
  try {
    const visitor = await visit(browser, site.origin);
    for (const part of [importing, listing, filtering, relating, looking, renaming, deleting, beginning]) await part(visitor);
    await test('the page never logged an error and never broke its policy', async () => assert.deepEqual(visitor.faults, []));
  } finally {
    await browser.close();
    await site.close();
  }
}

await run(MOST_SECONDS, main);
