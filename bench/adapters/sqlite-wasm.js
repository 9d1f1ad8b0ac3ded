// SQLite in a worker, on its pool of OPFS files.

import { SQL } from './sql.js';

export async function open(database) {
  const worker = new Worker(new URL('./sqlite-wasm-worker.js', import.meta.url), { type: 'module' });
  const waiting = new Map();
  let last = 0;
  worker.onmessage = ({ data: { id, error, answer } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(error));
    else resolve(answer);
  };
  worker.onerror = (event) => waiting.forEach(({ reject }) => reject(new Error(event.message)));
  const call = (verb, ...args) => new Promise((resolve, reject) => {
    waiting.set(++last, { resolve, reject });
    worker.postMessage({ id: last, verb, args });
  });
  await call('open', database);
  return { call, worker };
}

export async function close({ call, worker }) {
  await call('close');
  worker.terminate();
}

export async function getPost({ call }, id) {
  return (await call('all', SQL.post, [id]))[0];
}

export function savePost({ call }, { id, title, rating, status, createdAt }) {
  return call('run', SQL.insertPost, [id, title, rating, status, createdAt]);
}

export function importAll({ call }, data) {
  return call('insert', data);
}

export function commentsOf({ call }, postID) {
  return call('all', SQL.commentsOf, [postID]);
}

export function find({ call }, { rating, status, needle, limit }) {
  return call('all', SQL.find, [rating, status, `%${needle}%`, limit]);
}

export function postsCommentedBy({ call }, author) {
  return call('all', SQL.postsCommentedBy, [author]);
}

export function usersOf({ call }, postID) {
  return call('all', SQL.usersOf, [postID]);
}

export function allComments({ call }) {
  return call('all', SQL.allComments, []);
}

export function setRating({ call }, id, rating) {
  return call('run', SQL.setRating, [id, rating]);
}

/** What belongs to a post goes along by its foreign keys. */
export function deletePosts({ call }, ids) {
  return call('run', 'delete from posts where id in (select value from json_each(?1))', [JSON.stringify(ids)]);
}
