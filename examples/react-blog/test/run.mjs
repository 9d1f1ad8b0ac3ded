// Drives the blog in Chromium as its readers and writers do, under its own strict
// policy, alone and with a server. The blog must have been built. Usage:
// node examples/react-blog/test/run.mjs [-g alone|sync] [--shots directory-for-pictures]

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flag, launch } from '../../../web/test/browser.mjs';
import { reporter } from '../../../web/test/reporter.mjs';
import { root, serve } from '../../atlas/test/site.mjs';
import { syncing } from './sync.mjs';
import { visit } from './visitor.mjs';

const MOST_SECONDS = 400;

const ORCHARD = 'The orchard keeps its own calendar';
const BELL = 'A bicycle bell in the fog';
const KETTLE = 'Notes on mending a kettle';
const LETTERS = 'Letters that arrive late';
const TRAIN = 'Östersund, by the slow train';
const TIDES = 'What the tide tables leave out';
const SOUPS = 'Six soups for a house without heating';
const LINES = 'An index of first lines';
const NEWEST = [SOUPS, ORCHARD, LINES, BELL, KETTLE, LETTERS, TRAIN, TIDES];
const ROWS = { users: 5, posts: 8, comments: 13, editors: 9 };

const { test, run } = reporter();

async function listing(tab) {
  const shows = (titles) => tab.until(titles, () => tab.titles());
  await test('the first visit brings the samples, newest first', async () => {
    await shows(NEWEST);
    assert.deepEqual(await tab.rows(), ROWS);
  });
  await test('the list is sorted by title and by rating', async () => {
    await tab.choose('#order', 'title');
    await shows([BELL, LINES, LETTERS, KETTLE, TRAIN, SOUPS, ORCHARD, TIDES]);
    await tab.choose('#order', 'rating');
    await tab.until([ORCHARD, LETTERS], async () => (await tab.titles()).slice(0, 2));
    await tab.choose('#order', 'newest');
    await shows(NEWEST);
  });
  await test('it is filtered by status, by words and by people, together too', async () => {
    await tab.click('.segments button:nth-child(3)');
    await shows([SOUPS, LINES]);
    await tab.choose('#person', 'ada'); // she edits the soups
    await shows([SOUPS]);
    await tab.click('.segments button:nth-child(1)');
    await shows([SOUPS, ORCHARD, BELL, LETTERS, TIDES]);
    await tab.choose('#person', '');
    await tab.fill('#search', 'OSTER');
    await shows([TRAIN]);
    assert.equal(await tab.text('#count'), '1 post');
    await tab.fill('#search', '');
    await shows(NEWEST);
  });
}

async function reading(tab) {
  await test('a post shows its comments and its editors', async () => {
    await tab.open(LETTERS);
    await tab.until(4, async () => (await tab.comments()).length);
    assert.equal((await tab.comments())[1], 'No hurry with the answer.');
    await tab.until(['Ada Brandt', 'Jonas Feld', 'Mei Tanaka'], () => tab.editors());
  });
  await test('an editor is added and removed, and the list of their posts follows', async () => {
    await tab.choose('#person', 'tomas');
    await tab.until([ORCHARD, TRAIN, TIDES], () => tab.titles());
    await tab.choose('#add-editor', 'tomas');
    await tab.until(['Ada Brandt', 'Jonas Feld', 'Mei Tanaka', 'Tomás Rey'], () => tab.editors());
    await tab.until([ORCHARD, LETTERS, TRAIN, TIDES], () => tab.titles());
    await tab.click('[aria-label="Remove Tomás Rey"]');
    await tab.until([ORCHARD, TRAIN, TIDES], () => tab.titles());
    await tab.choose('#person', '');
    assert.deepEqual(await tab.rows(), ROWS);
  });
  await test('a comment appears in the post and is counted in the list; its deletion can be undone', async () => {
    await tab.say('I keep mine in a drawer.');
    await tab.until('5 comments', () => tab.told(LETTERS));
    await tab.click('.comment:last-child .close');
    await tab.until('4 comments', () => tab.told(LETTERS));
    await tab.click('#undo');
    await tab.until('5 comments', () => tab.told(LETTERS));
    assert.equal((await tab.comments()).at(-1), 'I keep mine in a drawer.');
  });
}

async function writing(tab) {
  await test('another title moves the post in the list, and is there after a reload', async () => {
    await tab.choose('#order', 'title');
    await tab.open(TIDES);
    await tab.click('#edit');
    await tab.fill('#title', 'All that the tide tables leave out');
    await tab.click('#save');
    await tab.until('All that the tide tables leave out', async () => (await tab.titles())[1]);
    await tab.load();
    assert.ok((await tab.titles()).includes('All that the tide tables leave out'));
  });
  await test('a new post is a draft of who is writing', async () => {
    await tab.choose('#writer', 'jonas');
    await tab.click('#write');
    await tab.fill('#title', 'A ferry without passengers');
    await tab.fill('#body', 'It runs all the same.');
    await tab.click('#save');
    await tab.until('A ferry without passengers', async () => (await tab.titles())[0]);
    await tab.until('Jonas Feld', async () => (await tab.shown('.post .facts')).match(/Jonas Feld/)?.[0]);
    assert.equal(await tab.shown('.post .draft'), 'Draft');
  });
  await test('what the schema forbids is refused in words', async () => {
    await tab.page.evaluate(() => document.querySelector('#edit').click());
    await tab.fill('#rating', '1.5');
    await tab.page.$eval('form.form', (form) => { form.noValidate = true; });
    await tab.click('#save');
    await tab.until(true, () => tab.page.$eval('.toast[data-wrong="true"]', ({ textContent }) => /Post\.rating/.test(textContent)).catch(() => false));
    await tab.click('#cancel');
  });
}

async function deleting(tab) {
  await test('a post takes its comments and editors with it, and brings them back', async () => {
    const before = await tab.rows();
    const titles = await tab.titles();
    await tab.open(ORCHARD);
    await tab.click('#delete');
    await tab.until({ ...before, posts: before.posts - 1, comments: before.comments - 3, editors: before.editors - 2 }, () => tab.rows());
    await tab.until(false, async () => (await tab.titles()).includes(ORCHARD));
    await tab.click('#undo');
    await tab.until(before, () => tab.rows());
    await tab.until(titles, () => tab.titles());
    await tab.until(['Mei Tanaka', 'Tomás Rey'], () => tab.editors());
    await tab.until('Forty-one lines are a data set.', async () => (await tab.comments())[2]);
  });
  await test('it stays gone when nobody wants it back, and the store is whole', async () => {
    await tab.open(BELL);
    await tab.click('#delete');
    await tab.until(false, async () => (await tab.titles()).includes(BELL));
    await tab.load();
    assert.ok(!(await tab.titles()).includes(BELL));
    assert.deepEqual(await tab.problems(), []);
  });
}

async function together(tab, browser) {
  const other = await visit(browser, tab.origin);
  await test('of two tabs that write, each keeps what the other wrote', async () => {
    await other.open(KETTLE);
    await tab.page.bringToFront();
    await tab.open(KETTLE);
    await tab.say('It was the gasket here, too.');
    await tab.until(2, async () => (await tab.comments()).length);
    await other.page.bringToFront();
    await other.say('And here.');
    await other.until(['It was the gasket here, too.', 'And here.'], async () => (await other.comments()).slice(1));
    await other.until('3 comments', () => other.told(KETTLE));
  });
  await test('two tabs edit different fields of a post, and both edits are kept', async () => {
    await other.click('#edit');
    await other.fill('#body', 'It was the gasket.');
    await tab.page.bringToFront();
    await tab.click('#edit');
    await tab.fill('#title', 'On mending a kettle');
    await tab.click('#save');
    await tab.until('On mending a kettle', () => tab.shown('main h1'));
    await other.page.bringToFront();
    await other.click('#save');
    await other.until(['On mending a kettle', 'It was the gasket.'], async () => [await other.shown('main h1'), await other.shown('.body')]);
    await tab.page.bringToFront();
    await tab.load();
    await tab.open('On mending a kettle');
    assert.equal(await tab.shown('.body'), 'It was the gasket.');
  });
  assert.deepEqual(other.faults, []);
  await other.page.close();
}

async function looking(tab) {
  await test('every button and field has a name for those who cannot see it', async () => {
    await tab.open(LETTERS);
    const nameless = await tab.page.$$eval('button, input, select, textarea', (all) => all.filter((element) =>
      !element.textContent.trim() && !element.getAttribute('aria-label') && !element.labels?.length).map(({ outerHTML }) => outerHTML));
    assert.deepEqual(nameless, []);
  });
  await test('a phone shows the list or the post, and nothing is wider than it', async () => {
    for (const width of [320, 390]) {
      await tab.page.setViewport({ width, height: 844 });
      const fits = () => tab.page.evaluate(() => document.documentElement.scrollWidth);
      assert.equal(await fits(), width, 'the post');
      assert.equal(await tab.page.$eval('.list', (list) => list.offsetWidth), 0);
      await tab.click('.back');
      await tab.page.waitForFunction(() => document.querySelector('.list').offsetWidth > 0);
      assert.equal(await fits(), width, 'the list');
      await tab.page.evaluate(() => history.back());
      await tab.page.waitForSelector('.post');
    }
    await tab.page.setViewport({ width: 1280, height: 900 });
  });
}

async function offline(tab, site) {
  await test('without a network the page opens, shows everything, and keeps what is written', async () => {
    await tab.load();
    await tab.page.waitForSelector('body[data-offline="ready"]');
    await tab.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    const titles = await tab.titles();
    await site.close();
    await tab.load();
    assert.deepEqual(await tab.titles(), titles);
    await tab.open(LETTERS);
    await tab.say('Written where there is no network.');
    await tab.until('6 comments', () => tab.told(LETTERS));
    await tab.load();
    await tab.open(LETTERS);
    await tab.until('Written where there is no network.', async () => (await tab.comments()).at(-1));
    assert.deepEqual(await tab.problems(), []);
  });
}

async function alone(scratch, dist) {
  const site = await serve(scratch, [dist]);
  const browser = await launch(join(scratch, 'profile'));
  try {
    const tab = await visit(browser, site.origin);
    for (const part of [listing, reading, writing, deleting, together, looking]) await part(tab, browser);
    await test('the page never logged an error and never broke its policy', async () => assert.deepEqual(tab.faults, []));
    await offline(tab, site);
  } finally {
    await browser.close();
  }
}

async function main() {
  const dist = join(root, 'examples/react-blog/dist');
  if (!existsSync(join(dist, 'index.html'))) throw new Error("the blog is not built; run 'make test-blog', which builds it");
  const scratch = mkdtempSync(join(tmpdir(), 'granary-blog-'));
  const wanted = flag('-g', '');
  const shots = flag('--shots');
  const shoot = async ({ page }, name) => { if (shots) await page.screenshot({ path: join(shots, `${name}.png`) }); };
  try {
    if ('alone'.includes(wanted)) await alone(scratch, dist);
    if ('sync'.includes(wanted)) await syncing(test, scratch, dist, shoot);
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

await run(MOST_SECONDS, main);
