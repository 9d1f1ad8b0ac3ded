// The workloads, in the page. Each takes its time, checks the answers when the clock has
// stopped, and gives a figure: { ms, block } and what else there is to say of it. A wrong
// answer throws: a wrong run has no figures. Adapters are as adapters/README.md says.

import { makeData, makePosts, NEEDLE, WORDS } from './data.js';
import { watchThread } from './ticker.js';
import { same, sameComments, samePosts, sameUsers, Truth } from './truth.js';

const SAVES = 1_000;
const GETS = 1_000;
const QUERIES = 100;
const LIVE = 10; // saves that a live query is awaited for
const UPDATES = 1_000;
const DELETED = 100; // posts, of which a half stays in any case
const QUERY = { rating: 5, status: 'ACTIVE', needle: NEEDLE, limit: 50 };
/** Each with another word, so that no answer is one that is remembered. */
const FINDS = WORDS.slice(0, 20).map((needle) => ({ ...QUERY, needle }));
const SEEDS = { serial: 71, together: 72 };

let adapter;
let db;
let data = { posts: [] };
let truth;

/** Makes the records before any clock runs. */
export function prepare({ posts }) {
  data = makeData(posts);
  truth = new Truth(data);
}

/** W1: the library's code, an empty store, and the answer that there is no such record. */
export async function openEmpty({ url, database }) {
  let found;
  const figure = await timed(async () => {
    await opened(url, database);
    found = await adapter.getPost(db, 'nowhere');
  });
  same('a post that is not there', found ?? undefined, undefined);
  return figure;
}

/** W2 and W3: saves that are awaited one by one, and all at once. */
export async function save({ together }) {
  const posts = makePosts(SAVES, SEEDS[together ? 'together' : 'serial']);
  const figure = await written(async () => {
    if (together) await Promise.all(posts.map((post) => adapter.savePost(db, post)));
    else for (const post of posts) await adapter.savePost(db, post);
  });
  for (const post of posts) samePosts(adapter, 'a saved post', [await adapter.getPost(db, post.id)], [post]);
  return figure;
}

/** W4: everything. An adapter that imports in pieces is stopped at `cap` milliseconds; the rest is put in place otherwise. */
export async function importAll({ cap }) {
  if (!adapter.importSome) return written(() => adapter.importAll(db, data));
  const whole = Object.values(data).reduce((sum, rows) => sum + rows.length, 0);
  let done = 0;
  const rest = { ...data };
  const figure = await written(async () => {
    const start = performance.now();
    for (const [model, rows] of Object.entries(data)) {
      for (let from = 0; from < rows.length; from += adapter.PIECE) {
        if (performance.now() - start > cap) return;
        const piece = rows.slice(from, from + adapter.PIECE);
        await adapter.importSome(db, model, piece);
        done += piece.length;
        rest[model] = rows.slice(from + piece.length);
      }
    }
  });
  if (done === whole) return figure;
  await adapter.fill(db, rest);
  const scale = (ms) => (ms === undefined ? undefined : (ms * whole) / done);
  return { ...figure, ms: scale(figure.ms), flushed: scale(figure.flushed), capped: { done, whole, measured: figure.ms } };
}

/** W5: the library's code, a store with everything in it, and one record. */
export async function reopen({ url, database }) {
  const wanted = truth.posts[truth.posts.length >> 1];
  let got;
  const figure = await timed(async () => {
    await opened(url, database);
    got = await adapter.getPost(db, wanted.id);
  });
  samePosts(adapter, 'the post after reopening', [got], [wanted]);
  return figure;
}

/** W6 */
export async function gets() {
  const wanted = spread(truth.posts, GETS);
  const got = [];
  const figure = await timed(async () => {
    for (const { id } of wanted) got.push(await adapter.getPost(db, id));
  });
  samePosts(adapter, 'gets by id', got, wanted);
  return figure;
}

/** W7 */
export function commentsOfPosts() {
  return each(spread(truth.posts, QUERIES), ({ id }) => adapter.commentsOf(db, id), (post, got) => {
    sameComments(adapter, `comments of ${post.id}`, got, truth.commentsOf(post.id));
  });
}

/** W8: ms are of one query. */
export async function find() {
  const figure = await each(FINDS, (query) => adapter.find(db, query), (query, got) => {
    samePosts(adapter, `posts found with ${query.needle}`, got, truth.find(query));
  });
  return { ...figure, ms: figure.ms / FINDS.length };
}

/** W9 */
export function postsCommentedBy() {
  return each(spread(truth.users, QUERIES), ({ username }) => adapter.postsCommentedBy(db, username), (user, got) => {
    samePosts(adapter, `posts commented by ${user.username}`, got, truth.postsCommentedBy(user.username), { ordered: false });
  });
}

export function usersOfPosts() {
  return each(spread(truth.posts, QUERIES), ({ id }) => adapter.usersOf(db, id), (post, got) => {
    sameUsers(adapter, `users of ${post.id}`, got, truth.usersOf(post.id));
  });
}

/** W10: every comment as an object of which two fields are read. */
export async function readComments() {
  let [count, characters] = [0, 0];
  const figure = await timed(async () => {
    for (const comment of await adapter.allComments(db)) {
      count++;
      characters += comment.content.length + comment.author.length;
    }
  });
  same('comments', count, truth.comments.length);
  same('their characters', characters, truth.comments.reduce((sum, c) => sum + c.content.length + c.author.length, 0));
  return figure;
}

/** W11: updates of one field, awaited one by one. */
export async function update() {
  const updates = spread(truth.posts, UPDATES).map(({ id }, i) => ({ id, rating: (i * 3 + 1) % 10 }));
  const figure = await written(async () => {
    for (const { id, rating } of updates) await adapter.setRating(db, id, rating);
  });
  for (const { id, rating } of updates) truth.setRating(id, rating);
  for (const { id } of updates) {
    samePosts(adapter, 'an updated post', [await adapter.getPost(db, id)], [truth.posts.find((p) => p.id === id)]);
  }
  return figure;
}

/**
 * W11: from a save to the call of the live query that shows it; ms are of one save. A
 * library without live queries asks again, and so does `how: 'observed'` when it is told.
 */
export async function live({ how }) {
  const watch = { live: adapter.watch, observed: adapter.watchChanges }[how];
  const query = [QUERY, ...FINDS].find((q) => truth.find(q).length > 0); // of few posts, none may have the word
  let shown = () => {};
  const stop = await watch?.(db, query, (posts) => shown(posts));
  const times = [];
  const thread = watchThread();
  for (let i = 0; i < LIVE; i++) {
    const now = truth.find(query);
    const { id, rating } = now[i % now.length];
    const next = rating === 9 ? 8 : 9;
    truth.setRating(id, next);
    const wanted = key(truth.find(query), {});
    times.push(await shows(() => adapter.setRating(db, id, next), wanted));
  }
  const block = await thread();
  await stop?.();
  return { ms: times.reduce((sum, ms) => sum + ms, 0) / LIVE, block, manual: watch ? undefined : true };

  /** Makes a change, and gives the milliseconds until it is seen. The next one waits until it is also acknowledged. */
  async function shows(change, wanted) {
    const start = performance.now();
    if (watch) {
      const seen = new Promise((resolve) => (shown = (posts) => key(posts, adapter) === wanted && resolve(performance.now() - start)));
      const [ms] = await Promise.all([seen, change()]);
      return ms;
    }
    await change();
    const found = await adapter.find(db, query);
    const ms = performance.now() - start;
    same('posts found after the save', key(found, adapter), wanted);
    return ms;
  }
}

const key = (posts, { idOf = (post) => post.id }) => Array.from(posts, (p) => `${idOf(p)} ${p.rating}`).join();

/** W12: posts, their comments and their join rows. */
export async function deletePosts() {
  const ids = spread(truth.posts, Math.min(DELETED, truth.posts.length >> 1)).map((p) => p.id);
  const figure = await written(() => adapter.deletePosts(db, ids));
  truth.deletePosts(ids);
  for (const id of ids) {
    same('a deleted post', (await adapter.getPost(db, id)) ?? undefined, undefined);
    same('comments of a deleted post', Array.from(await adapter.commentsOf(db, id)).length, 0);
    same('users of a deleted post', Array.from(await adapter.usersOf(db, id)).length, 0);
  }
  return { ...figure, deleted: ids.length };
}

/** What a later page has to find: what is left of the comments, and the answer of W8. */
export async function left() {
  await readComments();
  samePosts(adapter, 'posts found in the end', await adapter.find(db, QUERY), truth.find(QUERY));
}

/**
 * For W13, in a page without records of its own: the store is read as in W10, and nothing of it is
 * kept. What a library itself holds for a while it has let go of when this ends.
 */
export async function readAndRelease({ url, database }) {
  await opened(url, database);
  let characters = 0;
  for (const comment of await adapter.allComments(db)) characters += comment.content.length + comment.author.length;
  await new Promise((resolve) => setTimeout(resolve, adapter.HOLDS ?? 0));
  return characters;
}

/** What the next page has to know of what this one changed. */
export function changes() {
  return { ratings: truth.posts.map(({ id, rating }) => [id, rating]) };
}

/** Takes over what an earlier page changed. */
export function adopt({ ratings }) {
  const kept = new Map(ratings);
  truth.deletePosts(data.posts.filter((p) => !kept.has(p.id)).map((p) => p.id));
  for (const post of truth.posts) post.rating = kept.get(post.id);
}

export async function close({ forever = false }) {
  if (forever) await adapter.destroy?.(db);
  await adapter.close(db);
  db = undefined;
}

async function opened(url, database) {
  adapter = await import(url);
  db = await adapter.open(database);
}

/** Times the work. */
async function timed(work) {
  const thread = watchThread();
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  return { ms, block: await thread() };
}

/** Times writes; where they are acknowledged before they are on disk, also until they are. */
async function written(work) {
  let acknowledged;
  const start = performance.now();
  const { ms, block } = await timed(async () => {
    await work();
    acknowledged = performance.now() - start;
    await adapter.flushed?.(db);
  });
  return { ms: acknowledged, flushed: adapter.flushed && ms, block };
}

/** Times a query for each of a list, one by one, and then checks the answers. */
async function each(list, ask, check) {
  const answers = [];
  const figure = await timed(async () => {
    for (const item of list) answers.push(await ask(item));
  });
  answers.forEach((answer, i) => check(list[i], answer));
  return figure;
}

/** `count` of a list, spread over it; of a short list the same ones again. */
function spread(list, count) {
  const step = Math.max(1, Math.floor(list.length / count));
  return Array.from({ length: count }, (_, i) => list[(i * step) % list.length]);
}
