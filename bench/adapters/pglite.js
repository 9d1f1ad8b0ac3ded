// PGlite on IndexedDB, on the page, with relaxed durability as its guide advises for it.

import { PGlite } from '@electric-sql/pglite';
import { live } from '@electric-sql/pglite/live';
import { SCHEMA, SQL } from './sql.js';

const waiting = [];

export async function open(database) {
  const pg = await PGlite.create({ dataDir: `idb://${database}`, relaxedDurability: true, extensions: { live } });
  const write = pg.fs.syncToFs.bind(pg.fs);
  pg.fs.syncToFs = async (relaxed) => {
    const told = waiting.splice(0);
    try {
      await write(relaxed);
      for (const { resolve } of told) resolve();
    } catch (error) {
      for (const { reject } of told) reject(error);
    }
  };
  await pg.exec(SCHEMA.replace('rating integer', 'rating smallint').replaceAll('title text', 'title text collate "C"'));
  return pg;
}

export function close(pg) {
  return pg.close();
}

/**
 * With relaxed durability `syncToFs` begins to write the files and does not wait. What
 * it awaits here is a writing that began later. One that meets a file which has just
 * been removed fails, and the next one does without.
 */
export async function flushed(pg) {
  for (let attempt = 0; attempt < 5; attempt++) {
    const written = new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    await pg.syncToFs();
    if (await written.then(() => true, () => false)) return;
  }
  throw new Error('the files could not be written');
}

const numbered = (sql) => sql.replaceAll(/\?(\d+)/g, (_, n) => `$${n}`);
const all = async (pg, sql, bind) => (await pg.query(numbered(sql), bind)).rows;

export async function getPost(pg, id) {
  return (await all(pg, SQL.post, [id]))[0];
}

export async function savePost(pg, { id, title, rating, status, createdAt }) {
  await all(pg, SQL.insertPost, [id, title, rating, status, createdAt]);
}

/** As its guide says for much data: COPY from a blob. */
export function importAll(pg, data) {
  return pg.transaction(async (tx) => {
    for (const [table, rows] of Object.entries(data)) {
      const names = Object.keys(rows[0]);
      const lines = rows.map((row) => names.map((name) => row[name]).join('\t'));
      const columns = names.map((name) => `"${name}"`).join();
      await tx.query(`copy ${table} (${columns}) from '/dev/blob'`, [], { blob: new Blob([lines.join('\n')]) });
    }
  });
}

export function commentsOf(pg, postID) {
  return all(pg, SQL.commentsOf, [postID]);
}

export function find(pg, { rating, status, needle, limit }) {
  return all(pg, SQL.find, [rating, status, `%${needle}%`, limit]);
}

export function postsCommentedBy(pg, author) {
  return all(pg, SQL.postsCommentedBy, [author]);
}

export function usersOf(pg, postID) {
  return all(pg, SQL.usersOf, [postID]);
}

export function allComments(pg) {
  return all(pg, SQL.allComments, []);
}

export async function setRating(pg, id, rating) {
  await all(pg, SQL.setRating, [id, rating]);
}

export async function watch(pg, { rating, status, needle, limit }, told) {
  const query = await pg.live.query(numbered(SQL.find), [rating, status, `%${needle}%`, limit], ({ rows }) => told(rows));
  return () => query.unsubscribe();
}

/** What belongs to a post goes along by its foreign keys. */
export async function deletePosts(pg, ids) {
  await pg.query('delete from posts where id = any($1)', [ids]);
}
