// IndexedDB as the browser gives it: an entry for each record, indexes where the
// workloads look for something, the fewest transactions.

import { finished, promised } from './indexeddb.js';

const STORES = { posts: ['rating'], users: [], comments: ['postID', 'author'], links: ['postID'] };
const RELAXED = { durability: 'relaxed' };

export async function open(database) {
  const request = indexedDB.open(database, 1);
  request.onupgradeneeded = () => {
    for (const [name, indexes] of Object.entries(STORES)) {
      const store = request.result.createObjectStore(name, { keyPath: 'id' });
      for (const field of indexes) store.createIndex(field, field);
    }
  };
  return promised(request);
}

export function close(db) {
  db.close();
}

export function getPost(db, id) {
  return promised(db.transaction('posts').objectStore('posts').get(id));
}

export async function savePost(db, post) {
  const tx = db.transaction('posts', 'readwrite', RELAXED);
  tx.objectStore('posts').put(post);
  tx.commit();
  await finished(tx);
}

/** One transaction, and no promise for each record. */
export async function importAll(db, data) {
  const tx = db.transaction(Object.keys(STORES), 'readwrite', RELAXED);
  for (const name of Object.keys(STORES)) {
    const store = tx.objectStore(name);
    for (const record of data[name]) store.put(record);
  }
  tx.commit();
  await finished(tx);
}

export function commentsOf(db, postID) {
  return promised(db.transaction('comments').objectStore('comments').index('postID').getAll(postID));
}

/** Along the index of ratings; the rest of the condition and the order are the program's own. */
export async function find(db, { rating, status, needle, limit }) {
  const above = await promised(db.transaction('posts').objectStore('posts').index('rating').getAll(IDBKeyRange.lowerBound(rating, true)));
  return above
    .filter((p) => p.status === status && p.title.includes(needle))
    .sort((a, b) => b.rating - a.rating || (a.title < b.title ? -1 : 1))
    .slice(0, limit);
}

export async function postsCommentedBy(db, author) {
  const tx = db.transaction(['comments', 'posts']);
  const comments = await promised(tx.objectStore('comments').index('author').getAll(author));
  return byIds(tx.objectStore('posts'), comments.map((c) => c.postID));
}

export async function usersOf(db, postID) {
  const tx = db.transaction(['links', 'users']);
  const links = await promised(tx.objectStore('links').index('postID').getAll(postID));
  return byIds(tx.objectStore('users'), links.map((l) => l.userID));
}

function byIds(store, ids) {
  return Promise.all(Array.from(new Set(ids), (id) => promised(store.get(id))));
}

export function allComments(db) {
  return promised(db.transaction('comments').objectStore('comments').getAll());
}

export async function setRating(db, id, rating) {
  const tx = db.transaction('posts', 'readwrite', RELAXED);
  const store = tx.objectStore('posts');
  const get = store.get(id);
  get.onsuccess = () => {
    store.put({ ...get.result, rating });
    tx.commit();
  };
  await finished(tx);
}

export async function deletePosts(db, ids) {
  const tx = db.transaction(['posts', 'comments', 'links'], 'readwrite', RELAXED);
  for (const id of ids) {
    tx.objectStore('posts').delete(id);
    for (const name of ['comments', 'links']) {
      const store = tx.objectStore(name);
      store.index('postID').getAllKeys(id).onsuccess = ({ target }) => {
        for (const key of target.result) store.delete(key);
      };
    }
  }
  await finished(tx);
}
