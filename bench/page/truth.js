// What the answers have to be: computed in plain JavaScript from the records, apart from
// every library, and following what the workloads change.

import { MODELS } from './data.js';

export class Truth {
  constructor(data) {
    for (const model of MODELS) this[model] = data[model];
    this.posts = data.posts.map((post) => ({ ...post }));
  }

  commentsOf(postID) {
    return this.comments.filter((c) => c.postID === postID);
  }

  /** The answer to { rating, status, needle, limit }, in order. */
  find({ rating, status, needle, limit }) {
    return this.posts
      .filter((p) => p.rating > rating && p.status === status && p.title.includes(needle))
      .sort((a, b) => b.rating - a.rating || (a.title < b.title ? -1 : 1))
      .slice(0, limit);
  }

  postsCommentedBy(author) {
    const ids = new Set(this.comments.filter((c) => c.author === author).map((c) => c.postID));
    return this.posts.filter((p) => ids.has(p.id));
  }

  usersOf(postID) {
    const ids = new Set(this.links.filter((l) => l.postID === postID).map((l) => l.userID));
    return this.users.filter((u) => ids.has(u.id));
  }

  setRating(id, rating) {
    this.posts.find((p) => p.id === id).rating = rating;
  }

  deletePosts(ids) {
    const gone = new Set(ids);
    this.posts = this.posts.filter((p) => !gone.has(p.id));
    this.comments = this.comments.filter((c) => !gone.has(c.postID));
    this.links = this.links.filter((l) => !gone.has(l.postID));
  }
}

const POST = ['title', 'rating', 'status', 'createdAt'];

/** Throws unless `got` are the wanted posts, in their order unless told otherwise. */
export function samePosts(adapter, what, got, wanted, { ordered = true } = {}) {
  same(what, texts(adapter, got, POST, ordered), texts({}, wanted, POST, ordered));
}

export function sameComments(adapter, what, got, wanted) {
  const fields = ['postID', 'content', 'author'];
  same(what, texts(adapter, got, fields, false), texts({}, wanted, fields, false));
}

export function sameUsers(adapter, what, got, wanted) {
  same(what, texts(adapter, got, ['username'], false), texts({}, wanted, ['username'], false));
}

export function same(what, got, wanted) {
  if (got === wanted) return;
  const [a, b] = [String(got), String(wanted)];
  let at = 0;
  while (a[at] === b[at] && at < a.length) at++;
  const part = (text) => `${text.length} characters, …${text.slice(Math.max(0, at - 60), at + 100)}…`;
  throw new Error(`${what}: a wrong answer: got ${part(a)} wanted ${part(b)}`);
}

function texts({ idOf = (record) => record.id }, records, fields, ordered) {
  const lines = Array.from(records, (r) => JSON.stringify([idOf(r), ...fields.map((f) => r[f])]));
  return (ordered ? lines : lines.sort()).join('\n');
}
