// Two browsers and a server: what one writes, the other reads, whatever happens to the
// network and to the server between them.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from '../../../web/test/browser.mjs';
import { granaryd, picky, prepare, recordsOf } from './servers.mjs';
import { visit } from './visitor.mjs';

const LETTERS = 'Letters that arrive late';
const KETTLE = 'Notes on mending a kettle';
const SOUPS = 'Six soups for a house without heating';
const ROWS = { users: 5, posts: 8, comments: 13, editors: 9 };
const RECORDS = 35;
/** Comments that are written while the server is killed: until it has some, and from then on. */
const BEFORE_KILL = 150;
const AFTER_KILL = 50;
/** What a page cannot but log when there is no network. */
const NO_NETWORK = /Failed to load resource/;

/** Runs the tests. `shoot` may take a picture of a page under a name. */
export async function syncing(test, scratch, dist, shoot = async () => {}) {
  prepare(scratch, dist);
  const browsers = [await launch(join(scratch, 'first')), await launch(join(scratch, 'second'))];
  try {
    await withRule(test, scratch, browsers, shoot);
    await joining(test, scratch, dist, browsers);
    const server = granaryd(scratch, 'blog');
    try {
      await server.start();
      const [one, two] = await Promise.all(browsers.map((browser) => visit(browser, server.origin)));
      for (const part of [following, apart, killed, reopened, locked]) await part(test, server, one, two, shoot, scratch);
      await test('neither page was broken', async () => {
        for (const { faults } of [one, two]) assert.deepEqual(faults.filter((fault) => !NO_NETWORK.test(fault)), []);
        for (const tab of [one, two]) assert.deepEqual(await tab.problems(), []);
      });
    } finally {
      await server.end('SIGKILL');
    }
  } finally {
    for (const browser of browsers) await browser.close();
  }
}

/** What the head of the page says of the sync. */
const standing = (tab) => tab.shown('#sync [role="status"]');
const synced = async (...tabs) => {
  for (const tab of tabs) await tab.until('Synced', () => standing(tab));
};

async function withRule(test, scratch, browsers, shoot) {
  const server = await picky(scratch, 'rule', browsers.length);
  const [one, two] = await Promise.all(browsers.map((browser) => visit(browser, server.origin)));
  await test('two first visits at once bring the samples once', async () => {
    for (const tab of [one, two]) {
      await tab.until(ROWS, () => tab.rows());
      await synced(tab);
      assert.deepEqual(await tab.texts('.look'), []);
    }
    assert.equal((await recordsOf(server.origin)).size, RECORDS);
  });
  await test('what the server refuses is taken back, and tried again as it was and edited', async () => {
    await one.page.bringToFront();
    await one.click('#write');
    await one.fill('#title', 'A post about nothing');
    await one.fill('#body', 'Lorem ipsum dolor sit amet.');
    await one.click('#save');
    await one.until('1 to look at', () => one.shown('.look'));
    assert.ok(!(await one.titles()).includes('A post about nothing'));
    assert.match(await one.text('.toast'), /refused a change.*no lorem ipsum/);
    assert.match(await one.text('main .nothing'), /refused this post/);
    await shoot(one, 'refused-toast');
    await one.click('#more');
    await one.until('New post: “A post about nothing”', () => one.shown('.entry-box .what'));
    assert.equal(await one.text('.entry-box .why'), 'no lorem ipsum: write something of your own');
    await shoot(one, 'refused-box');
    const first = await one.page.evaluate(async () => (await blog.sync()).rejected()[0].id);
    await one.click('.retry');
    await one.until(true, () => one.page.evaluate(async (before) => (await blog.sync()).rejected().some(({ id }) => id !== before), first));
    await one.click('.amend');
    await one.fill('.entry-box [name="body"]', 'Nothing happened here today.');
    await shoot(one, 'refused-edit');
    await one.click('.again');
    await one.until([], () => one.texts('.entry-box'));
    await one.click('.box header .close');
    await synced(one);
    await one.until(true, async () => (await one.titles()).includes('A post about nothing'));
    await two.until(true, async () => (await two.titles()).includes('A post about nothing'));
    assert.deepEqual(await one.texts('.look'), []);
  });
  await test('an edit that is refused leaves the post as it was, and can be dropped', async () => {
    await two.page.bringToFront();
    await two.open(LETTERS);
    const before = await two.shown('.body');
    await two.click('#edit');
    await two.fill('#body', 'Lorem ipsum.');
    await two.click('#save');
    await two.until('1 to look at', () => two.shown('.look'));
    await two.until(before, () => two.shown('.body'));
    await two.click('#sync');
    await two.until(`Edit of “${LETTERS}”`, () => two.shown('.entry-box .what'));
    await two.click('.drop');
    await two.until([], () => two.texts('.look'));
    await two.page.keyboard.press('Escape');
    await two.until([], () => two.texts('.box'));
  });
  for (const tab of [one, two]) await tab.page.close();
  await server.end();
}

async function joining(test, scratch, dist, [first, second]) {
  const alone = granaryd(scratch, 'joined', dist);
  const server = granaryd(scratch, 'joined');
  await test('a blog that was kept alone joins a server: what is new goes there, and the samples are not doubled', async () => {
    await alone.start();
    const one = await visit(first, alone.origin);
    await one.open(KETTLE);
    await edit(one, { rating: '5' });
    await one.click('#write');
    await one.fill('#title', 'Written alone');
    await one.fill('#body', 'Before there was a server.');
    await one.click('#save');
    await one.until(true, async () => (await one.titles()).includes('Written alone'));
    assert.equal(await one.text('.network'), 'Kept in this browser');
    await alone.end();

    await server.start('-addr', new URL(alone.origin).host);
    const two = await visit(second, server.origin);
    await synced(two);
    await two.open(KETTLE);
    await edit(two, { title: 'Kettles, mended' });
    await synced(two);
    await one.page.bringToFront();
    await one.load();
    for (const tab of [one, two]) {
      await tab.until({ ...ROWS, posts: ROWS.posts + 1 }, () => tab.rows());
      await tab.until(true, async () => (await tab.titles()).includes('Kettles, mended'));
      await tab.open('Kettles, mended');
      await tab.until('5 of 5', () => tab.page.$eval('main .facts .stars', (stars) => stars.getAttribute('aria-label')));
      await synced(tab);
      assert.deepEqual(await tab.texts('.look'), []);
      assert.ok((await tab.titles()).includes('Written alone'));
    }
    assert.equal((await recordsOf(server.origin)).size, RECORDS + 1);
    for (const tab of [one, two]) await tab.page.close();
  });
  for (const one of [alone, server]) await one.end('SIGKILL');
}

async function following(test, _server, one, two, shoot) {
  await test('an edit in one browser shows in the other, without a reload', async () => {
    await synced(one, two);
    await two.open(LETTERS);
    await one.page.bringToFront();
    await one.open(LETTERS);
    await one.click('#edit');
    await one.fill('#title', 'Letters that arrive in time');
    await one.click('#save');
    await two.until('Letters that arrive in time', () => two.shown('main h1'));
    await one.say('Read in the other browser.');
    await two.until('Read in the other browser.', async () => (await two.comments()).at(-1));
    await synced(one, two);
    await shoot(one, 'synced');
  });
  await test('a second tab of a browser shows how the first one syncs', async () => {
    const tab = await visit(one.page.browser(), one.origin);
    await synced(tab);
    await tab.open(SOUPS);
    await tab.say('From the second tab.');
    await two.until('2 comments', () => two.told(SOUPS));
    await tab.page.close();
    await one.page.bringToFront();
  });
}

/** Changes the title, and perhaps the text or the rating, of the post that is open. */
async function edit(tab, values) {
  await tab.page.bringToFront();
  await tab.click('#edit');
  for (const [name, value] of Object.entries(values)) await tab.fill(`#${name}`, value);
  await tab.click('#save');
}

async function apart(test, _server, one, two, shoot) {
  await test('two browsers without a network keep what is written, and say so', async () => {
    for (const tab of [one, two]) await tab.page.setOfflineMode(true);
    await edit(one, { title: 'Letters from the first', body: 'The first wrote this.' });
    await edit(two, { title: 'Letters from the second', rating: '2' });
    for (const tab of [one, two]) await tab.until('Offline · 1 change waiting', () => standing(tab));
    assert.equal(await one.shown('main h1'), 'Letters from the first');
    assert.equal(await two.shown('main h1'), 'Letters from the second');
    await shoot(two, 'offline');
  });
  await test('back online both come to the same: both edits of other fields, one of the same', async () => {
    await one.page.setOfflineMode(false);
    await synced(one);
    await two.page.setOfflineMode(false);
    for (const tab of [one, two]) {
      await tab.until('Letters from the second', () => tab.shown('main h1'));
      await tab.until('The first wrote this.', () => tab.shown('.body'));
      await tab.until('2 of 5', () => tab.page.$eval('main .facts .stars', (stars) => stars.getAttribute('aria-label')));
      await synced(tab);
    }
    assert.deepEqual(await one.texts('.look'), []);
  });
  await test('who wins is told, both can be seen, and the other one taken', async () => {
    await two.until(true, async () => /edited elsewhere too\. Your title won/.test(await two.shown('.toast')));
    await shoot(two, 'conflict-toast');
    await two.click('#more');
    await two.until('Letters from the second', () => two.shown('.entry-box .mine'));
    assert.equal(await two.text('.entry-box .theirs'), 'Letters from the first');
    await shoot(two, 'conflict-box');
    await two.page.setViewport({ width: 320, height: 640 });
    assert.equal(await two.page.evaluate(() => document.documentElement.scrollWidth), 320);
    assert.ok(await two.page.$eval('.box', (box) => box.scrollWidth <= box.clientWidth && box.getBoundingClientRect().right <= 320));
    await shoot(two, 'conflict-phone');
    await two.page.setViewport({ width: 1280, height: 900 });
    await two.click('.take');
    await two.until([], () => two.texts('.look'));
    await two.click('.box header .close');
    for (const tab of [one, two]) await tab.until('Letters from the first', () => tab.shown('main h1'));
    await synced(one, two);
  });
}

async function killed(test, server, one, two, shoot) {
  await test(`a server that is killed under ${BEFORE_KILL + AFTER_KILL} saves, and comes back, has each of them once`, async () => {
    await one.page.bringToFront();
    const saving = one.page.evaluate(async (before, after) => {
      const post = (await blog.query(blog.models.Post))[0];
      const say = (i) => blog.save(new blog.models.Comment({ content: `kill ${i}`, postId: post.id, authorId: 'ada' }));
      for (let i = 0; i < before; i++) await say(i);
      await new Promise((resolve) => { globalThis.goOn = resolve; });
      for (let i = before; i < before + after; i++) await say(i);
    }, BEFORE_KILL, AFTER_KILL);
    const arrived = async () => [...(await recordsOf(server.origin)).values()].filter(({ content }) => content?.startsWith('kill ')).map(({ content }) => content);
    await one.until(true, async () => (await arrived()).length > 0);
    await server.end('SIGKILL');
    await one.until(true, () => one.page.evaluate(() => { globalThis.goOn?.(); return Boolean(globalThis.goOn); }));
    await saving;
    await one.until(true, async () => /^Server away · \d+ changes waiting$/.test(await standing(one)));
    const waiting = await one.page.evaluate(async () => (await blog.sync()).status().pending);
    assert.ok(waiting >= AFTER_KILL, `${waiting} changes are waiting`);
    await shoot(one, 'server-away');
    await server.start();
    for (const tab of [one, two]) await tab.page.evaluate(async () => { await (await blog.sync()).syncNow(); });
    await synced(one);
    const all = Array.from({ length: BEFORE_KILL + AFTER_KILL }, (_, i) => `kill ${i}`).sort();
    assert.deepEqual((await arrived()).sort(), all);
    await two.until(all.length, () => two.page.evaluate(() => blog.count(blog.models.Comment, (c) => c.content.beginsWith('kill '))));
  });
}

async function reopened(test, server, one, two) {
  await test('a page that is opened while the server is away goes on, and sends what is written once it is back', async () => {
    await one.load();
    await one.page.waitForSelector('body[data-offline="ready"]');
    await one.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await server.end('SIGKILL');
    await one.load();
    await one.open(SOUPS);
    await one.say('Written to nobody.');
    await one.until('Server away · 1 change waiting', () => standing(one));
    await one.load();
    await one.until('Server away · 1 change waiting', () => standing(one));
    await server.start();
    await one.page.evaluate(async () => { await (await blog.sync()).syncNow(); });
    await synced(one);
    await two.page.evaluate(async () => { await (await blog.sync()).syncNow(); });
    await two.open(SOUPS);
    await two.until('Written to nobody.', async () => (await two.comments()).at(-1));
    await one.page.bringToFront();
  });
}

async function locked(test, server, one, _two, shoot, scratch) {
  const tokens = join(scratch, 'tokens');
  writeFileSync(tokens, 'a-token-that-no-page-has somebody\n');
  await test('a server that wants to know who asks is told of, and nothing is lost', async () => {
    await server.end();
    await server.start('-token-file', tokens);
    await one.page.evaluate(() => blog.save(new blog.models.User({ name: 'Late Comer', hue: 100 })));
    await one.page.evaluate(async () => { (await blog.sync()).resume(); });
    await one.until('Needs sign-in · 1 change waiting', () => standing(one));
    await shoot(one, 'sign-in');
    await server.end();
    await server.start();
    await one.click('#sync');
    await one.click('#sync-now');
    await synced(one);
    await one.page.keyboard.press('Escape');
    assert.ok([...(await recordsOf(server.origin)).values()].some(({ name }) => name === 'Late Comer'));
  });
}
