// PouchDB with its Mango queries, a database for each model.

import PouchDB from 'pouchdb-browser';
import Find from 'pouchdb-find';

PouchDB.plugin(Find);

const INDEXES = { posts: ['rating'], users: [], comments: ['postID', 'author'], links: ['postID'] };
/** Without a limit only some are found. */
const ALL = { limit: 1e9 };
const BATCH = 5_000;

export const idOf = (doc) => doc._id;

export async function open(database) {
  const db = {};
  for (const [name, fields] of Object.entries(INDEXES)) {
    db[name] = new PouchDB(`${database}-${name}`, { auto_compaction: true });
    for (const field of fields) await db[name].createIndex({ index: { fields: [field], ddoc: `by-${field}` } });
  }
  return db;
}

export async function close(db) {
  for (const name of Object.keys(INDEXES)) await db[name].close();
}

const docOf = ({ id, ...fields }) => ({ _id: id, ...fields });

export function getPost(db, id) {
  return db.posts.get(id).catch((error) => {
    if (error.status !== 404) throw error;
  });
}

export function savePost(db, post) {
  return db.posts.put(docOf(post));
}

/** An index is made by the first query, which is the import's affair and not that of whoever asks first. */
export async function importAll(db, data) {
  for (const [name, rows] of Object.entries(data)) {
    for (let from = 0; from < rows.length; from += BATCH) {
      const answers = await db[name].bulkDocs(rows.slice(from, from + BATCH).map(docOf));
      if (answers.some((answer) => answer.error)) throw new Error(`some ${name} were not inserted`);
    }
    for (const field of INDEXES[name]) await db[name].find({ selector: { [field]: '' }, limit: 1 });
  }
}

async function found(db, selector) {
  return (await db.find({ selector, ...ALL })).docs;
}

export function commentsOf(db, postID) {
  return found(db.comments, { postID });
}

/** It sorts along an index alone, in one direction; so the order is the program's own. */
export async function find(db, { rating, status, needle, limit }) {
  const posts = await found(db.posts, { rating: { $gt: rating }, status, title: { $regex: needle } });
  return posts.sort((a, b) => b.rating - a.rating || (a.title < b.title ? -1 : 1)).slice(0, limit);
}

async function byIds(db, ids) {
  const { rows } = await db.allDocs({ keys: [...new Set(ids)], include_docs: true });
  return rows.map((row) => row.doc);
}

export async function postsCommentedBy(db, author) {
  return byIds(db.posts, (await found(db.comments, { author })).map((c) => c.postID));
}

export async function usersOf(db, postID) {
  return byIds(db.users, (await found(db.links, { postID })).map((l) => l.userID));
}

export async function allComments(db) {
  const { rows } = await db.comments.allDocs({ include_docs: true });
  return rows.filter((row) => !row.id.startsWith('_design/')).map((row) => row.doc);
}

export async function setRating(db, id, rating) {
  await db.posts.put({ ...await db.posts.get(id), rating });
}

/** It tells of changes; the query is asked again. */
export function watch(db, query, told) {
  const changes = db.posts.changes({ since: 'now', live: true }).on('change', async () => told(await find(db, query)));
  return () => changes.cancel();
}

export async function deletePosts(db, ids) {
  const gone = async (database, docs) => database.bulkDocs(docs.map(({ _id, _rev }) => ({ _id, _rev, _deleted: true })));
  await gone(db.comments, await found(db.comments, { postID: { $in: ids } }));
  await gone(db.links, await found(db.links, { postID: { $in: ids } }));
  await gone(db.posts, await byIds(db.posts, ids));
}
