// Granary through its public API, on the page, with generated models.

import { Predicates, SortDirection } from 'granary';
import { open as openModels } from '../../build/bench/models.ts';

export function open(database) {
  return openWith({ name: database });
}

/** The same with more options of `open`. */
export function openWith(options) {
  return openModels(options);
}

export function close(store) {
  return store.close();
}

export function getPost(store, id) {
  return store.query(store.models.Post, id);
}

export function savePost(store, post) {
  return store.save(new store.models.Post(post));
}

/** How many records a commit of an import has; one takes 200,000 at most. */
const BATCH = 100_000;

/** Commits for each model; the join model is named and has its fields named by the schema. */
export async function importAll(store, { posts, users, comments, links }) {
  const { Post, User, Comment, PostUser } = store.models;
  const joins = links.map(({ id, postID, userID }) => ({ id, postId: postID, userId: userID }));
  for (const [model, rows] of [[Post, posts], [User, users], [Comment, comments], [PostUser, joins]]) {
    for (let at = 0; at < rows.length; at += BATCH) await store.saveAll(model, rows.slice(at, at + BATCH));
  }
}

export function commentsOf(store, postID) {
  return store.query(store.models.Comment, (c) => c.postID.eq(postID));
}

const matching = ({ rating, status, needle }) => (p) => p.and((p) => [p.rating.gt(rating), p.status.eq(status), p.title.contains(needle)]);
const ordered = (limit) => ({ sort: (s) => s.rating(SortDirection.DESCENDING).title(SortDirection.ASCENDING), limit });

export function find(store, query) {
  return store.query(store.models.Post, matching(query), ordered(query.limit));
}

export function postsCommentedBy(store, author) {
  return store.query(store.models.Post, (p) => p.comments.author.eq(author));
}

export function usersOf(store, postID) {
  return store.query(store.models.User, (u) => u.posts.id.eq(postID));
}

/** In milliseconds; the page holds what it was answered for five seconds. */
export const HOLDS = 6_000;

export function allComments(store) {
  return store.query(store.models.Comment, Predicates.ALL);
}

export async function setRating(store, id, rating) {
  const { Post } = store.models;
  const post = await store.query(Post, id);
  await store.save(Post.copyOf(post, (draft) => void (draft.rating = rating)));
}

export function watch(store, query, told) {
  const subscription = store.live(store.models.Post, matching(query), ordered(query.limit)).subscribe(({ items }) => told(items));
  return () => subscription.unsubscribe();
}

/** What belongs to a post goes along. */
export function deletePosts(store, ids) {
  return store.deleteAll(store.models.Post, ids);
}
