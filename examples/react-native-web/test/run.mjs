// Drives the blog in React Native Web in Chromium, under its own strict policy.
// Usage: node examples/react-native-web/test/run.mjs [-screenshots directory]. The
// app must have been built.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from '../../../web/test/browser.mjs';
import { reporter } from '../../../web/test/reporter.mjs';
import { root, serve } from '../../atlas/test/site.mjs';
import { visit } from './visitor.mjs';

const MOST_SECONDS = 180;

const ORCHARD = 'The orchard keeps its own calendar';
const LETTERS = 'Letters that arrive late';
const FERRY = 'A ferry without passengers';
const NEWEST = [
  'Six soups for a house without heating', ORCHARD, 'An index of first lines', 'A bicycle bell in the fog', 'Notes on mending a kettle', LETTERS,
  'Östersund, by the slow train', 'What the tide tables leave out',
];

const pictures = process.argv.includes('-screenshots') ? process.argv[process.argv.indexOf('-screenshots') + 1] : undefined;
const { test, run } = reporter();

async function reading(tab) {
  await test('the first visit brings the samples, newest first', () => tab.until(NEWEST, () => tab.texts('title')));
  await test('the list is filtered by status and by words', async () => {
    await tab.press('Drafts');
    await tab.until([NEWEST[0], NEWEST[2]], () => tab.texts('title'));
    await tab.press('All');
    await tab.fill('search', 'OSTER');
    await tab.until([NEWEST[6]], () => tab.texts('title'));
    await tab.until(['1 post'], () => tab.texts('count'));
    await tab.fill('search', '');
    await tab.until(NEWEST, () => tab.texts('title'));
  });
  await test('a post shows its comments and its editors', async () => {
    await tab.open(LETTERS);
    await tab.until(4, async () => (await tab.texts('content')).length);
    await tab.until(['Ada Brandt ×', 'Jonas Feld ×', 'Mei Tanaka ×'], () => tab.texts('editor'));
  });
}

async function writing(tab) {
  await test('a comment appears in the post, and the list counts it', async () => {
    await tab.fill('say', 'I keep mine in a drawer.');
    await tab.press('send');
    await tab.until('I keep mine in a drawer.', async () => (await tab.texts('content')).at(-1));
    await tab.until('5 comments', () => tab.told(LETTERS));
  });
  await test('an editor is added and removed', async () => {
    await tab.press('add-tomas');
    await tab.until(['Ada Brandt ×', 'Jonas Feld ×', 'Mei Tanaka ×', 'Tomás Rey ×'], () => tab.texts('editor'));
    await tab.page.locator('[aria-label="Remove Ada Brandt"]').click();
    await tab.until(['Jonas Feld ×', 'Mei Tanaka ×', 'Tomás Rey ×'], () => tab.texts('editor'));
  });
  await test('a new post is a draft of who is writing, first in the list', async () => {
    await tab.press('as-jonas');
    await tab.press('write');
    await tab.press('save');
    await tab.until(true, async () => /needs a title/.test(await tab.texts('notice')));
    await tab.press('close');
    await tab.fill('title-field', 'A ferry');
    await tab.fill('body-field', 'It runs all the same.');
    await tab.press('save');
    await tab.until(['A ferry', ...NEWEST], () => tab.texts('title'));
    await tab.until(['A ferry'], () => tab.texts('heading'));
    assert.match((await tab.texts('facts'))[0], /^Jonas Feld · .* · Draft$/);
  });
  await test('an edit shows in the post and in the list', async () => {
    await tab.press('edit');
    await tab.fill('title-field', FERRY);
    await tab.press('published');
    await tab.press('rate-4');
    await tab.press('save');
    await tab.until([FERRY], () => tab.texts('heading'));
    await tab.until([FERRY, ...NEWEST], () => tab.texts('title'));
    const record = await tab.page.evaluate(async (title) => (await blog.query(blog.models.Post, (p) => p.title.eq(title)))[0], FERRY);
    assert.deepEqual([record.status, record.rating, record.search, record.authorId], ['PUBLISHED', 4, FERRY.toLowerCase(), 'jonas']);
  });
}

async function deleting(tab) {
  await test('a deleted post takes its comments and editors with it', async () => {
    const before = await tab.rows();
    await tab.open(ORCHARD);
    await tab.press('delete');
    await tab.press('really');
    await tab.until({ ...before, posts: before.posts - 1, comments: before.comments - 3, editors: before.editors - 2 }, () => tab.rows());
    await tab.until([`“${ORCHARD}” and its 3 comments are gone.×`], () => tab.texts('notice'));
    await tab.until([FERRY, ...NEWEST.filter((title) => title !== ORCHARD)], () => tab.texts('title'));
  });
  await test('after a reload everything is as it was, and the store is whole', async () => {
    const before = await tab.rows();
    await tab.load();
    await tab.until([FERRY, ...NEWEST.filter((title) => title !== ORCHARD)], () => tab.texts('title'));
    assert.deepEqual(await tab.rows(), before);
    await tab.open(LETTERS);
    await tab.until('I keep mine in a drawer.', async () => (await tab.texts('content')).at(-1));
    await tab.until(['Jonas Feld ×', 'Mei Tanaka ×', 'Tomás Rey ×'], () => tab.texts('editor'));
    assert.deepEqual(await tab.page.evaluate(async () => (await blog.check()).problems), []);
  });
}

async function together(tab, browser) {
  await test('of two tabs that write, each keeps what the other wrote', async () => {
    const other = await visit(browser, tab.origin);
    await other.open(LETTERS);
    await other.fill('say', 'From the other tab.');
    await other.press('send');
    await other.until('6 comments', () => other.told(LETTERS));
    assert.deepEqual(other.faults, []);
    await other.page.close();
    await tab.page.bringToFront();
    await tab.fill('say', 'And from this one.');
    await tab.press('send');
    await tab.until('7 comments', () => tab.told(LETTERS));
    await tab.until(['From the other tab.', 'And from this one.'], async () => (await tab.texts('content')).slice(-2));
  });
}

async function looking(tab) {
  if (pictures) await tab.page.screenshot({ path: join(pictures, 'wide.png') });
  await test('every button and field has a name for those who cannot see it', async () => {
    const nameless = await tab.page.$$eval('[role=button], [role=link], input, textarea', (all) => all.filter((element) =>
      !element.textContent.trim() && !element.getAttribute('aria-label')).map(({ outerHTML }) => outerHTML));
    assert.deepEqual(nameless, []);
  });
  await test('a phone shows the list or the post, and nothing is wider than it', async () => {
    const fits = () => tab.page.evaluate(() => document.documentElement.scrollWidth);
    for (const width of [320, 390]) {
      await tab.page.setViewport({ width, height: 844 });
      await tab.until([], () => tab.texts('title'));
      assert.equal(await fits(), width, 'the post');
      if (pictures) await tab.page.screenshot({ path: join(pictures, `post-${width}.png`) });
      await tab.press('back');
      await tab.until(NEWEST.length, async () => (await tab.texts('title')).length);
      assert.deepEqual([await fits(), await tab.texts('heading')], [width, []], 'the list');
      if (pictures) await tab.page.screenshot({ path: join(pictures, `list-${width}.png`) });
      await tab.open(LETTERS);
    }
  });
  await test('the page never logged an error and never broke its policy', async () => assert.deepEqual(tab.faults, []));
}

async function main() {
  const dist = join(root, 'examples/react-native-web/dist');
  if (!existsSync(join(dist, 'index.html'))) throw new Error("the app is not built; run 'make test-native-web', which builds it");
  const scratch = mkdtempSync(join(tmpdir(), 'granary-native-web-'));
  const site = await serve(scratch, [dist]);
  const browser = await launch(join(scratch, 'profile'));
  try {
    const tab = await visit(browser, site.origin);
    for (const part of [reading, writing, deleting, together, looking]) await part(tab, browser);
  } finally {
    await browser.close();
    await site.close();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

await run(MOST_SECONDS, main);
