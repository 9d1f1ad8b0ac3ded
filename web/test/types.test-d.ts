// What must compile, and, under ts-expect-error, what must not. tsc runs this file.

import { DataStore, GranaryError, Predicates, SortDirection, type ErrorCode, type Lazy } from 'granary';
import type { Blog, Comment, Kitchen, Post, User } from './models.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles when A and B are the same type. */
function same<A, B>(..._: Equal<A, B> extends true ? [] : ['these types differ']): void {}

export async function blog(store: DataStore<Blog>): Promise<void> {
  const { Post, Comment, User, PostEditor } = store.models;
  const post = new Post({ title: 'a', rating: 1, status: 'ACTIVE' });
  same<typeof post, Post>();
  // @ts-expect-error a required field is missing
  new Post({ rating: 1 });
  // @ts-expect-error not a value of the enum
  new Post({ title: 'a', status: 'GONE' });
  // @ts-expect-error an unknown field
  new Post({ title: 'a', titel: 'b' });
  // @ts-expect-error to-many relations are not given
  new Post({ title: 'a', comments: [] });
  // @ts-expect-error records do not change
  post.title = 'b';
  new Comment({ post, content: null });
  new Comment({ postCommentsId: 'id' });
  // @ts-expect-error a user is no post
  new Comment({ post: new User({ username: 'ada' }) });
  new PostEditor({ postId: 'p', userId: 'u' });

  same<Awaited<ReturnType<typeof store.save<Post>>>, Post>();
  const byKey = await store.query(Post, 'id');
  same<typeof byKey, Post | undefined>();
  const byPredicate = await store.query(Post, (p) => p.title.eq('a'));
  same<typeof byPredicate, Post[]>();
  const all = await DataStore.query(Post, Predicates.ALL, { sort: (s) => s.rating(SortDirection.ASCENDING).title('DESCENDING'), limit: 1 });
  same<typeof all, Post[]>();
  // @ts-expect-error no such direction
  await store.query(Post, Predicates.ALL, { sort: (s) => s.rating('up') });
  // @ts-expect-error a relation is nothing to sort by
  await store.query(Post, Predicates.ALL, { sort: (s) => s.comments('ASCENDING') });

  await store.query(Comment, (c) => c.post.comments.some((c) => c.content.contains('x')));
  await store.query(User, (u) => u.posts.post.id.eq('id'));
  await store.query(User, (u) => u.posts.title.beginsWith('a'));
  await store.query(Post, (p) => p.and((p) => [p.rating.between(1, 2), p.or((p) => [p.title.in(['a']), p.not((p) => p.status.eq(null))])]));
  // @ts-expect-error a title is a string
  await store.query(Post, (p) => p.title.eq(5));
  // @ts-expect-error no such operator
  await store.query(Post, (p) => p.title.equals('a'));
  // @ts-expect-error no such field
  await store.query(Comment, (c) => c.post.titel.eq('a'));
  // @ts-expect-error a group takes an array
  await store.query(Post, (p) => p.and((p) => p.title.eq('a')));
  // @ts-expect-error a boolean is no condition
  await store.query(Post, (p) => p.title === null);

  same<typeof post.comments.toArray extends (...args: never[]) => Promise<infer R> ? R : never, Comment[]>();
  const comment = new Comment({});
  same<typeof comment.post, Lazy<Post>>();
  for await (const editor of post.editors) same<typeof editor, User>();

  Post.copyOf(post, (draft) => {
    draft.title = 'b';
    draft.rating = null;
    // @ts-expect-error a title is never null
    draft.title = null;
    // @ts-expect-error to-many relations are not set
    draft.comments = [];
  });
  Comment.copyOf(comment, (draft) => {
    draft.post = post;
    draft.post = null;
  });
  const gone = await store.delete(Post, (p) => p.rating.lt(1));
  same<typeof gone, Post[]>();
  const same1 = await store.delete(post, (p) => p.rating.lt(1));
  same<typeof same1, Post>();
  same<Awaited<ReturnType<typeof store.count>>, number>();
  // @ts-expect-error no such model
  void store.models.Nothing;
}

export async function kitchen(store: DataStore<Kitchen>): Promise<void> {
  const { Seat, Thing, Pet } = store.models;
  await store.query(Seat, { row: 'A', number: 1 });
  await store.query(Seat, ['A', 1]);
  // @ts-expect-error no such part of the key
  await store.query(Seat, { aisle: 1 });
  new Seat({ row: 'A', number: 1 });
  // @ts-expect-error every part of a custom key is given
  new Seat({ row: 'A' });
  new Thing({ name: 'x', tags: ['a'], size: { width: 1, unit: null }, data: { any: ['thing'] } });
  Thing.copyOf(new Thing({ name: 'x' }), (draft) => draft.tags?.push('b'));
  await store.query(Thing, (t) => t.tags.contains('a'));
  new Pet({ ownerPetsId: 'id' });
}

export async function dynamic(sdl: string): Promise<void> {
  const store = await DataStore.open({ name: 'x', schema: sdl });
  const Post = store.models['Post']!;
  const post = await store.save(new Post({ title: 'a' }));
  same<typeof post.title, unknown>();
  await store.query(Post, (p) => p['title']!.eq('a'));
  await store.query(Post, (p) => p['comments']!['content']!.contains('a'));
  await store.query(Post, (p) => p, { sort: (s) => s['title']!('ASCENDING') });
  // @ts-expect-error there is no such storage
  await DataStore.open({ name: 'x', schema: sdl, storage: 'disk' });
  // @ts-expect-error a store needs a name
  await DataStore.open({ schema: sdl });
}

export function errors(error: unknown): string {
  if (!(error instanceof GranaryError)) return '';
  same<typeof error.code, ErrorCode>();
  // @ts-expect-error no such code
  if (error.code === 'OOPS') return '';
  return error.code === 'CONFLICT' ? 'again' : error.message;
}

/** Events are told apart by their type, and each has its members. */
export function becomes(store: DataStore<Blog>): void {
  store.events().subscribe((event) => {
    same<typeof event.store, string>();
    if (event.type === 'RESET') same<typeof event.emptied, boolean>();
    if (event.type === 'STORAGE') same<typeof event.storage, 'memory'>();
    if (event.type === 'ENGINE_RESTARTED') same<typeof event.error, GranaryError>();
    // @ts-expect-error not every event has a cause
    event.error;
    // @ts-expect-error there is no such event
    if (event.type === 'RESTART') return;
  });
}
