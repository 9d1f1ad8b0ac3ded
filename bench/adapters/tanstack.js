// TanStack DB with its collections on IndexedDB.

import {
  and, BTreeIndex, createCollection, createIndexedDB, createLiveQueryCollection, eq, gt, indexedDBCollectionOptions, like, queryOnce,
} from '@tanstack/db';

const INDEXES = { posts: ['rating'], users: [], comments: ['postID', 'author'], links: ['postID'] };

export async function open(database) {
  const stores = Object.keys(INDEXES);
  const opened = await createIndexedDB({ name: database, version: 1, stores });
  const db = { opened };
  for (const [name, fields] of Object.entries(INDEXES)) {
    db[name] = createCollection(indexedDBCollectionOptions({ db: opened, name, getKey: (row) => row.id }));
    for (const field of fields) db[name].createIndex((row) => row[field], { indexType: BTreeIndex });
  }
  await Promise.all(stores.map((name) => db[name].preload()));
  return db;
}

export async function close(db) {
  for (const name of Object.keys(INDEXES)) await db[name].cleanup();
  db.opened.close();
}

export function getPost(db, id) {
  return db.posts.get(id);
}

export function savePost(db, post) {
  return db.posts.insert(post).isPersisted.promise;
}

export async function importAll(db, data) {
  for (const [name, rows] of Object.entries(data)) await db[name].insert(rows).isPersisted.promise;
}

export function commentsOf(db, postID) {
  return queryOnce((q) => q.from({ c: db.comments }).where(({ c }) => eq(c.postID, postID)));
}

const asked = (db, { rating, status, needle, limit }) => (q) => q
  .from({ p: db.posts })
  .where(({ p }) => and(gt(p.rating, rating), eq(p.status, status), like(p.title, `%${needle}%`)))
  .orderBy(({ p }) => p.rating, 'desc')
  .orderBy(({ p }) => p.title, { direction: 'asc', stringSort: 'lexical' })
  .limit(limit);

export function find(db, query) {
  return queryOnce(asked(db, query));
}

/** A join would read a whole collection; a collection knows its rows by their keys. */
export async function postsCommentedBy(db, author) {
  const comments = await queryOnce((q) => q.from({ c: db.comments }).where(({ c }) => eq(c.author, author)));
  return Array.from(new Set(comments.map((c) => c.postID)), (id) => db.posts.get(id));
}

export async function usersOf(db, postID) {
  const links = await queryOnce((q) => q.from({ l: db.links }).where(({ l }) => eq(l.postID, postID)));
  return links.map((l) => db.users.get(l.userID));
}

export function allComments(db) {
  return db.comments.toArray;
}

export function setRating(db, id, rating) {
  return db.posts.update(id, (draft) => void (draft.rating = rating)).isPersisted.promise;
}

export async function watch(db, query, told) {
  const found = createLiveQueryCollection(asked(db, query));
  const subscription = found.subscribeChanges(() => told(found.toArray));
  await found.preload();
  return async () => {
    subscription.unsubscribe();
    await found.cleanup();
  };
}

export async function deletePosts(db, ids) {
  const gone = new Set(ids);
  const keys = (collection) => collection.toArray.filter((row) => gone.has(row.postID)).map((row) => row.id);
  const transactions = [db.comments.delete(keys(db.comments)), db.links.delete(keys(db.links)), db.posts.delete(ids)];
  await Promise.all(transactions.map((tx) => tx.isPersisted.promise));
}
