// Amplify DataStore without a cloud. It has one store for each site, and no way to save
// many records but one by one.

import { DataStore, initSchema, SortDirection } from '@aws-amplify/datastore';
import { finished, promised } from './indexeddb.js';
import schema from './amplify-schema.js';

const models = initSchema(schema);
const { Post, Comment, User, PostUser } = models;
const NAMES = { posts: 'Post', users: 'User', comments: 'Comment', links: 'PostUser' };

export const PIECE = 100;

export async function open() {
  await DataStore.start();
  return DataStore;
}

export function close() {
  return DataStore.stop();
}

/** For a page that wants another store: there is one alone. */
export function destroy() {
  return DataStore.clear();
}

export function getPost(_, id) {
  return DataStore.query(Post, id);
}

export function savePost(_, post) {
  return DataStore.save(new Post(post));
}

export async function importSome(_, model, rows) {
  const made = models[NAMES[model]];
  await Promise.all(rows.map((row) => DataStore.save(new made(row))));
}

/** Puts records where the library keeps them, for what is asked of a store that it would take too long to fill. */
export async function fill(_, data) {
  const db = await promised(indexedDB.open('amplify-datastore'));
  for (const [model, rows] of Object.entries(data)) {
    const name = `user_${NAMES[model]}`;
    const tx = db.transaction(name, 'readwrite');
    for (const row of rows) tx.objectStore(name).add(row);
    await finished(tx);
  }
  db.close();
}

export function commentsOf(_, postID) {
  return DataStore.query(Comment, (c) => c.postID.eq(postID));
}

const matching = ({ rating, status, needle }) => (p) => p.and((p) => [p.rating.gt(rating), p.status.eq(status), p.title.contains(needle)]);
const sort = (s) => s.rating(SortDirection.DESCENDING).title(SortDirection.ASCENDING);

export function find(_, query) {
  return DataStore.query(Post, matching(query), { sort, page: 0, limit: query.limit });
}

export function postsCommentedBy(_, author) {
  return DataStore.query(Post, (p) => p.comments.author.eq(author));
}

export async function usersOf(_, postID) {
  const links = await DataStore.query(PostUser, (l) => l.postID.eq(postID));
  return Promise.all(links.map((l) => DataStore.query(User, l.userID)));
}

export function allComments() {
  return DataStore.query(Comment);
}

export async function setRating(_, id, rating) {
  const post = await DataStore.query(Post, id);
  await DataStore.save(Post.copyOf(post, (draft) => void (draft.rating = rating)));
}

/** Its live query takes no limit. */
export function watch(_, query, told) {
  const subscription = DataStore.observeQuery(Post, matching(query), { sort }).subscribe(({ items }) => told(items.slice(0, query.limit)));
  return () => subscription.unsubscribe();
}

export function watchChanges(_, query, told) {
  const subscription = DataStore.observe(Post).subscribe(async () => told(await find(_, query)));
  return () => subscription.unsubscribe();
}

/** What belongs to a post goes along. */
export async function deletePosts(_, ids) {
  await DataStore.delete(Post, (p) => p.or((p) => ids.map((id) => p.id.eq(id))));
}
