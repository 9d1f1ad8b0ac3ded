// TinyBase with its persister for IndexedDB.

import { createIndexes, createQueries, createStore } from 'tinybase';
import { createIndexedDbPersister } from 'tinybase/persisters/persister-indexed-db';

/** Its own automatic saving writes all of a table after each transaction, so an app puts it off. */
const SAVE_AFTER = 250;

export async function open(database) {
  const store = createStore();
  const persister = createIndexedDbPersister(store, database);
  await persister.load();
  const indexes = createIndexes(store)
    .setIndexDefinition('postsByRating', 'posts', (cell) => String(cell('rating')))
    .setIndexDefinition('commentsByPost', 'comments', 'postID')
    .setIndexDefinition('commentsByAuthor', 'comments', 'author')
    .setIndexDefinition('linksByPost', 'links', 'postID');
  const db = { store, persister, indexes, queries: createQueries(store) };
  store.addDidFinishTransactionListener(() => {
    clearTimeout(db.timer);
    db.timer = setTimeout(() => persister.save(), SAVE_AFTER);
  });
  return db;
}

export async function flushed(db) {
  clearTimeout(db.timer);
  await db.persister.save();
}

export async function close(db) {
  await flushed(db);
  db.queries.destroy();
  db.indexes.destroy();
  await db.persister.destroy();
}

const row = ({ store }, table, id) => ({ id, ...store.getRow(table, id) });

export function getPost(db, id) {
  return db.store.hasRow('posts', id) ? row(db, 'posts', id) : undefined;
}

export function savePost({ store }, { id, ...fields }) {
  store.setRow('posts', id, fields);
}

export function importAll({ store }, data) {
  store.transaction(() => {
    for (const [table, rows] of Object.entries(data)) {
      for (const { id, ...fields } of rows) store.setRow(table, id, fields);
    }
  });
}

export function commentsOf(db, postID) {
  return db.indexes.getSliceRowIds('commentsByPost', postID).map((id) => row(db, 'comments', id));
}

export function find(db, { rating, status, needle, limit }) {
  const found = [];
  for (const slice of db.indexes.getSliceIds('postsByRating')) {
    if (Number(slice) <= rating) continue;
    for (const id of db.indexes.getSliceRowIds('postsByRating', slice)) {
      if (db.store.getCell('posts', id, 'status') === status && db.store.getCell('posts', id, 'title').includes(needle)) found.push(row(db, 'posts', id));
    }
  }
  return found.sort((a, b) => b.rating - a.rating || (a.title < b.title ? -1 : 1)).slice(0, limit);
}

export function postsCommentedBy(db, author) {
  const ids = new Set(db.indexes.getSliceRowIds('commentsByAuthor', author).map((id) => db.store.getCell('comments', id, 'postID')));
  return Array.from(ids, (id) => row(db, 'posts', id));
}

export function usersOf(db, postID) {
  return db.indexes.getSliceRowIds('linksByPost', postID).map((id) => row(db, 'users', db.store.getCell('links', id, 'userID')));
}

export function allComments({ store }) {
  return Object.values(store.getTable('comments'));
}

export function setRating({ store }, id, rating) {
  store.setCell('posts', id, 'rating', rating);
}

/** A query's result is sorted by one cell, so rating and title are one here. */
export function watch(db, { rating, status, needle, limit }, told) {
  db.queries.setQueryDefinition('found', 'posts', ({ select, where }) => {
    select('rating');
    select((cell) => `${String(1_000 - cell('rating'))} ${cell('title')}`).as('order');
    where((cell) => cell('rating') > rating && cell('title').includes(needle));
    where('status', status);
  });
  const listener = db.queries.addResultTableListener('found', () => {
    told(db.queries.getResultSortedRowIds('found', 'order', false, 0, limit).map((id) => row(db, 'posts', id)));
  });
  return () => {
    db.queries.delListener(listener);
    db.queries.delQueryDefinition('found');
  };
}

export function deletePosts(db, ids) {
  db.store.transaction(() => {
    for (const id of ids) {
      for (const comment of db.indexes.getSliceRowIds('commentsByPost', id)) db.store.delRow('comments', comment);
      for (const link of db.indexes.getSliceRowIds('linksByPost', id)) db.store.delRow('links', link);
      db.store.delRow('posts', id);
    }
  });
}
