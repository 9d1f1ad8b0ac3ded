// RxDB on its storage for Dexie, the free one on IndexedDB.

import { createRxDatabase } from 'rxdb/plugins/core';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';

const text = { type: 'string', maxLength: 200 };
const key = { type: 'string', maxLength: 40 };
const schema = (properties, indexes = []) => ({
  version: 0, primaryKey: 'id', type: 'object', properties: { id: key, ...properties }, required: ['id', ...Object.keys(properties)], indexes,
});
const COLLECTIONS = {
  posts: {
    schema: schema({
      title: text, rating: { type: 'number', minimum: 0, maximum: 100, multipleOf: 1 }, status: key, createdAt: key,
    }, ['rating']),
  },
  users: { schema: schema({ username: key }) },
  comments: { schema: schema({ postID: key, content: text, author: key }, ['postID', 'author']) },
  links: { schema: schema({ postID: key, userID: key }, ['postID']) },
};

export async function open(database) {
  const db = await createRxDatabase({ name: database, storage: getRxStorageDexie(), eventReduce: true });
  await db.addCollections(COLLECTIONS);
  return db;
}

export function close(db) {
  return db.close();
}

export function getPost(db, id) {
  return db.posts.findOne(id).exec();
}

export function savePost(db, post) {
  return db.posts.insert(post);
}

export async function importAll(db, data) {
  for (const [name, rows] of Object.entries(data)) {
    const { error } = await db[name].bulkInsert(rows);
    if (error.length > 0) throw new Error(`${error.length} ${name} were not inserted`);
  }
}

export function commentsOf(db, postID) {
  return db.comments.find({ selector: { postID } }).exec();
}

const asked = (db, { rating, status, needle, limit }) => db.posts.find({
  selector: { rating: { $gt: rating }, status, title: { $regex: needle } }, sort: [{ rating: 'desc' }, { title: 'asc' }], limit,
});

export function find(db, query) {
  return asked(db, query).exec();
}

export async function postsCommentedBy(db, author) {
  const comments = await db.comments.find({ selector: { author } }).exec();
  return (await db.posts.findByIds([...new Set(comments.map((c) => c.postID))]).exec()).values();
}

export async function usersOf(db, postID) {
  const links = await db.links.find({ selector: { postID } }).exec();
  return (await db.users.findByIds(links.map((l) => l.userID)).exec()).values();
}

export function allComments(db) {
  return db.comments.find().exec();
}

export async function setRating(db, id, rating) {
  const post = await db.posts.findOne(id).exec();
  await post.incrementalPatch({ rating });
}

export function watch(db, query, told) {
  const subscription = asked(db, query).$.subscribe(told);
  return () => subscription.unsubscribe();
}

export async function deletePosts(db, ids) {
  const belonging = { selector: { postID: { $in: ids } } };
  await Promise.all([db.comments.find(belonging).remove(), db.links.find(belonging).remove()]);
  await db.posts.bulkRemove(ids);
}
