// What must compile of include, and, under ts-expect-error, what must not.

import { DataStore, Predicates, type Include, type Lazy, type Loaded } from 'granary';
import type { Blog, Comment, Kitchen, Post, User } from './models.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles when A and B are the same type. */
function same<A, B>(..._: Equal<A, B> extends true ? [] : ['these types differ']): void {}

export async function blog(store: DataStore<Blog>): Promise<void> {
  const { Post, Comment, User } = store.models;
  const [post] = await store.query(Post, Predicates.ALL, {
    sort: (s) => s.rating('DESCENDING'),
    limit: 3,
    include: {
      comments: { where: (c) => c.content.contains('x'), sort: (s) => s.createdAt('DESCENDING'), limit: 3, include: { post: true } },
      editors: true,
    },
  });
  same<Extract<keyof NonNullable<typeof post>, string>, keyof Post>();
  same<NonNullable<typeof post>['title'], string>();
  same<NonNullable<typeof post>['editors'], readonly User[]>();
  const comment = post!.comments[0]!;
  same<typeof comment.post, Post | undefined>();
  same<typeof comment.content, string | null>();
  // @ts-expect-error what was loaded does not change
  post!.editors.push(new User({ username: 'ada' }));

  const [plain] = await store.query(Post, (p) => p.title.eq('a'), { include: { comments: true } });
  same<NonNullable<typeof plain>['comments'], readonly Comment[]>();
  same<NonNullable<typeof plain>['editors'], Post['editors']>();
  const byKey = await DataStore.query(Comment, 'id', { include: { post: { where: (p) => p.rating.gt(3), include: { editors: { limit: 1 } } } } });
  same<NonNullable<NonNullable<typeof byKey>['post']>['editors'], readonly User[]>();
  const users = await store.query(User, (u) => u, { include: { posts: { where: Predicates.ALL } } });
  same<(typeof users)[number]['posts'], readonly Post[]>();

  const saved = await store.save(plain!);
  same<typeof saved, Post>();
  same<Awaited<ReturnType<typeof store.delete<Post>>>, Post>();
  const edited = Post.copyOf(plain!, (draft) => void (draft.title = 'b'));
  same<typeof edited, Post>();
  const about = new Comment({ post: plain! });
  same<typeof about.post, Lazy<Post>>();
  Comment.copyOf(about, (draft) => void (draft.post = plain!));
  await store.query(Post, plain!);

  // @ts-expect-error no such relation
  await store.query(Post, Predicates.ALL, { include: { commnts: true } });
  // @ts-expect-error one that exists does not excuse one that does not
  await store.query(Post, Predicates.ALL, { include: { comments: true, editrs: true } });
  // @ts-expect-error a field is no relation
  await store.query(Post, Predicates.ALL, { include: { title: true, comments: true } });
  // @ts-expect-error no such relation, further down
  await store.query(Post, Predicates.ALL, { include: { comments: { include: { pst: true } } } });
  // @ts-expect-error nor beside one that exists
  await store.query(Post, Predicates.ALL, { include: { comments: { include: { post: true, pst: true } } } });
  // @ts-expect-error no such option
  await store.query(Post, Predicates.ALL, { include: { comments: { were: Predicates.ALL, limit: 1 } } });
  // @ts-expect-error true or options
  await store.query(Post, Predicates.ALL, { include: { comments: false } });
  // @ts-expect-error the related records have no such field
  await store.query(Post, Predicates.ALL, { include: { comments: { where: (c) => c.titel.eq('x') } } });
  // @ts-expect-error there is at most one to sort
  await store.query(Comment, Predicates.ALL, { include: { post: { sort: (s) => s.title('ASCENDING') } } });
  // @ts-expect-error by key there is nothing to limit
  await store.query(Post, 'id', { limit: 1, include: { comments: true } });
  // @ts-expect-error what was included is not read by await
  await plain!.comments.toArray();
  // @ts-expect-error a loaded post is no comment
  Comment.copyOf(plain!, () => {});
}

export async function kitchen(store: DataStore<Kitchen>): Promise<void> {
  const { Project, Pet, Owner } = store.models;
  const project = await store.query(Project, 'id', { include: { team: true } });
  same<string | undefined, NonNullable<NonNullable<typeof project>['team']>['name'] | undefined>();
  const wanted = { pets: { include: { owner: true } } } satisfies Include<import('./models.js').Owner>;
  const owners: Loaded<import('./models.js').Owner, typeof wanted>[] = await store.query(Owner, Predicates.ALL, { include: wanted });
  same<(typeof owners)[number]['pets'][number]['owner'], import('./models.js').Owner | undefined>();
  await store.query(Pet, Predicates.ALL, { include: { owner: { include: { pets: { limit: 1 } } } } });
}

export async function dynamic(sdl: string): Promise<void> {
  const store = await DataStore.open({ name: 'x', schema: sdl });
  const Post = store.models['Post']!;
  const [post] = await store.query(Post, Predicates.ALL, { include: { comments: { limit: 1, include: { author: true } } } });
  same<NonNullable<typeof post>['comments'], unknown>();
  // @ts-expect-error true or options
  await store.query(Post, Predicates.ALL, { include: { comments: 5 } });
}
