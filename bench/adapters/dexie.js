// Dexie, with a table for each model.

import Dexie, { liveQuery } from 'dexie';

export async function open(database) {
  const db = new Dexie(database, { chromeTransactionDurability: 'relaxed' });
  db.version(1).stores({ posts: 'id, rating', users: 'id', comments: 'id, postID, author', links: 'id, postID' });
  return db.open();
}

export function close(db) {
  db.close();
}

export function getPost(db, id) {
  return db.posts.get(id);
}

export function savePost(db, post) {
  return db.posts.add(post);
}

export function importAll(db, data) {
  return db.transaction('rw', db.tables, async () => {
    for (const [name, rows] of Object.entries(data)) await db.table(name).bulkAdd(rows);
  });
}

export function commentsOf(db, postID) {
  return db.comments.where({ postID }).toArray();
}

export async function find(db, { rating, status, needle, limit }) {
  const found = await db.posts.where('rating').above(rating).filter((p) => p.status === status && p.title.includes(needle)).toArray();
  return found.sort((a, b) => b.rating - a.rating || (a.title < b.title ? -1 : 1)).slice(0, limit);
}

export function postsCommentedBy(db, author) {
  return db.transaction('r', db.comments, db.posts, async () => {
    const comments = await db.comments.where({ author }).toArray();
    return db.posts.bulkGet([...new Set(comments.map((c) => c.postID))]);
  });
}

export function usersOf(db, postID) {
  return db.transaction('r', db.links, db.users, async () => {
    const links = await db.links.where({ postID }).toArray();
    return db.users.bulkGet(links.map((l) => l.userID));
  });
}

export function allComments(db) {
  return db.comments.toArray();
}

export function setRating(db, id, rating) {
  return db.posts.update(id, { rating });
}

export function watch(db, query, told) {
  const subscription = liveQuery(() => find(db, query)).subscribe(told);
  return () => subscription.unsubscribe();
}

export function deletePosts(db, ids) {
  return db.transaction('rw', db.posts, db.comments, db.links, async () => {
    await db.comments.where('postID').anyOf(ids).delete();
    await db.links.where('postID').anyOf(ids).delete();
    await db.posts.bulkDelete(ids);
  });
}
