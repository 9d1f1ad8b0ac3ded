// What is done with one peer in one round: visits of pages, in browsers on one profile.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { memory, rest, start } from './browser.mjs';
import { NOTE } from './linear-memory.mjs';

const FIRST = 'first';
const WHOLE = 'whole';
/** Where a profile keeps what pages stored. */
const STORED = ['Default/IndexedDB', 'Default/File System'];

/** The workloads that a page does with the whole store, in order: key of the figure, function, arguments. */
const QUERIES = [
  ['w6', 'gets'], ['w6again', 'gets'], ['w7', 'commentsOfPosts'], ['w7again', 'commentsOfPosts'], ['w8', 'find'],
  ['w9a', 'postsCommentedBy'], ['w9again', 'postsCommentedBy'], ['w9b', 'usersOfPosts'], ['w10', 'readComments'], ['w10again', 'readComments'],
];
const CHANGES = [['w11', 'update'], ['w11live', 'live', { how: 'live' }], ['w11observed', 'live', { how: 'observed' }], ['w12', 'deletePosts']];

/**
 * All workloads of a peer on a new profile: gives figures by key. `context` is
 * { site, profile, peer, posts, cap, settle, told }; an error names the peer and the
 * workload. With `settle` each page waits until the browser is at rest.
 */
export async function measure(context) {
  const figures = {};
  await withBrowser(context, async (browser) => {
    await emptyStore({ ...context, browser, figures });
    await wholeStore({ ...context, browser, figures });
  });
  figures.disk = { bytes: STORED.reduce((sum, name) => sum + bytesIn(join(context.profile, name)), 0) };
  await withBrowser(context, async (browser) => {
    await reopened({ ...context, browser, figures });
  });
  return figures;
}

async function withBrowser({ profile }, work) {
  const browser = await start(profile);
  try {
    await work(browser);
  } finally {
    await browser.close();
  }
}

/** W1 to W3, and what the page loads. */
async function emptyStore(context) {
  const { site, figures } = context;
  const page = await newPage(context, 0);
  site.startCounting();
  await page.run('w1', 'openEmpty', { database: FIRST });
  figures.bundle = { bytes: site.counted() };
  await page.run('w2', 'save', { together: false });
  await page.run('w3', 'save', { together: true });
  await page.end({ forever: true });
}

/** W4 */
async function wholeStore(context) {
  const page = await newPage(context, context.posts);
  await page.run(undefined, 'openEmpty', { database: WHOLE });
  await page.run('w4', 'importAll', { cap: context.cap });
  await page.end();
}

/** W5 to W13, in a browser that has been started anew. */
async function reopened(context) {
  let page = await newPage(context, context.posts);
  await page.run('w5browser', 'reopen', { database: WHOLE });
  await page.end();

  page = await newPage(context, 0);
  await page.run(undefined, 'readAndRelease', { database: WHOLE });
  const { heap, whole } = await memory(page.page);
  context.figures.w13heap = { bytes: heap };
  context.figures.w13whole = { bytes: whole };
  await page.end();

  page = await newPage(context, context.posts);
  await page.run('w5page', 'reopen', { database: WHOLE });
  for (const [key, name, args] of [...QUERIES, ...CHANGES]) {
    if (key === 'w11observed' && !await page.page.evaluate(async (url) => 'watchChanges' in await import(url), page.url)) continue;
    await page.run(key, name, args);
  }
  const changed = await page.run(undefined, 'changes');
  await page.end();

  page = await newPage(context, context.posts);
  await page.run(undefined, 'adopt', changed);
  await page.run(undefined, 'reopen', { database: WHOLE });
  await page.run(undefined, 'left');
  await page.end();
}

/** A page with the records of so many posts; none: it makes none. */
async function newPage({ site, browser, peer, figures, told, settle }, posts) {
  if (settle) await rest(browser);
  const page = await browser.newPage();
  await page.evaluateOnNewDocument(NOTE);
  const url = `/adapters/${peer.id}/adapter.js`;
  page.on('pageerror', (error) => console.error(`${peer.name}: an error that nobody caught: ${error.message}`));
  await page.goto(`${site.origin}/page/`);
  const run = async (key, name, args = {}) => {
    const figure = await page.evaluate(async (workload, given) => {
      const workloads = await import('/page/workloads.js');
      return workloads[workload](given);
    }, name, { url, ...args }).catch((error) => { throw named(peer, key ?? name, error); });
    if (key) {
      figures[key] = figure;
      told(key, figure);
    }
    return figure;
  };
  if (posts > 0) await run(undefined, 'prepare', { posts });
  return {
    page, url, run,
    async end(how) {
      await run(undefined, 'close', how);
      await page.close();
    },
  };
}

function named(peer, workload, error) {
  return new Error(`${peer.name}, ${workload}: ${error.message}`, { cause: error });
}

function bytesIn(directory) {
  let sum = 0;
  for (const entry of listed(directory)) {
    const path = join(directory, entry.name);
    sum += entry.isDirectory() ? bytesIn(path) : statSync(path).size;
  }
  return sum;
}

function listed(directory) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}
