// WatermelonDB on LokiJS, with the options that its guide recommends for the web.

import { appSchema, Database, Model, Q, tableSchema } from '@nozbe/watermelondb';
import lokijs from '@nozbe/watermelondb/adapters/lokijs';
import { field } from '@nozbe/watermelondb/decorators';

const column = (name, type = 'string', isIndexed = false) => ({ name, type, isIndexed });
const TABLES = {
  posts: [column('title'), column('rating', 'number', true), column('status'), column('created')],
  users: [column('username')],
  comments: [column('post_id', 'string', true), column('content'), column('author', 'string', true)],
  links: [column('post_id', 'string', true), column('user_id')],
};
const ASSOCIATIONS = {
  posts: { comments: { type: 'has_many', foreignKey: 'post_id' }, links: { type: 'has_many', foreignKey: 'post_id' } },
  users: { links: { type: 'has_many', foreignKey: 'user_id' } },
  comments: { posts: { type: 'belongs_to', key: 'post_id' } },
  links: { posts: { type: 'belongs_to', key: 'post_id' }, users: { type: 'belongs_to', key: 'user_id' } },
};
/** The member of a model for each column. */
const MEMBERS = { created: 'createdAt', post_id: 'postID', user_id: 'userID' };
const member = (name) => MEMBERS[name] ?? name;

/** What its decorators do, which plain JavaScript lacks. */
function modelOf(table) {
  const made = class extends Model {
    static table = table;
    static associations = ASSOCIATIONS[table];
  };
  for (const { name } of TABLES[table]) {
    const plain = { configurable: true, enumerable: true, initializer: null };
    Object.defineProperty(made.prototype, member(name), field(name)(made.prototype, member(name), plain));
  }
  return made;
}

export function open(database) {
  const schema = appSchema({ version: 1, tables: Object.entries(TABLES).map(([name, columns]) => tableSchema({ name, columns })) });
  const adapter = new lokijs.default({ schema, dbName: database, useWebWorker: false, useIncrementalIndexedDB: true });
  return new Database({ adapter, modelClasses: Object.keys(TABLES).map(modelOf) });
}

const loki = (db) => db.adapter.underlyingAdapter._driver.loki;

/** It saves twice a second what has changed; here that is asked for. */
export function flushed(db) {
  return new Promise((resolve, reject) => loki(db).saveDatabase((error) => (error ? reject(error) : resolve())));
}

export async function close(db) {
  await flushed(db);
  await new Promise((resolve) => loki(db).close(resolve));
}

export function getPost(db, id) {
  return db.get('posts').find(id).catch(() => undefined);
}

/** Fills a record in, as a function for create and prepareCreate. */
const filled = ({ id, ...fields }) => (record) => {
  record._raw.id = id;
  Object.assign(record, fields);
};

export function savePost(db, post) {
  return db.write(() => db.get('posts').create(filled(post)));
}

export function importAll(db, data) {
  return db.write(async () => {
    for (const [name, rows] of Object.entries(data)) await db.batch(rows.map((row) => db.get(name).prepareCreate(filled(row))));
  });
}

export function commentsOf(db, postID) {
  return db.get('comments').query(Q.where('post_id', postID)).fetch();
}

const asked = (db, { rating, status, needle, limit }) => db.get('posts').query(
  Q.where('rating', Q.gt(rating)), Q.where('status', status), Q.where('title', Q.like(`%${needle}%`)),
  Q.sortBy('rating', Q.desc), Q.sortBy('title', Q.asc), Q.take(limit),
);

export function find(db, query) {
  return asked(db, query).fetch();
}

export function postsCommentedBy(db, author) {
  return db.get('posts').query(Q.on('comments', 'author', author)).fetch();
}

export function usersOf(db, postID) {
  return db.get('users').query(Q.on('links', 'post_id', postID)).fetch();
}

export function allComments(db) {
  return db.get('comments').query().fetch();
}

export async function setRating(db, id, rating) {
  const post = await db.get('posts').find(id);
  await db.write(() => post.update((record) => void (record.rating = rating)));
}

export function watch(db, query, told) {
  const subscription = asked(db, query).observeWithColumns(['rating']).subscribe(told);
  return () => subscription.unsubscribe();
}

export function deletePosts(db, ids) {
  return db.write(async () => {
    const belonging = Q.where('post_id', Q.oneOf(ids));
    const [comments, links, posts] = await Promise.all([
      db.get('comments').query(belonging).fetch(), db.get('links').query(belonging).fetch(), db.get('posts').query(Q.where('id', Q.oneOf(ids))).fetch(),
    ]);
    await db.batch([...comments, ...links, ...posts].map((record) => record.prepareDestroyPermanently()));
  });
}
