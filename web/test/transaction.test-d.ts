// What must compile of transactions, and, under ts-expect-error, what must not.

import { DataStore, type Transaction } from 'granary';
import type { Blog, Comment, Post, User } from './models.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles when A and B are the same type. */
function same<A, B>(..._: Equal<A, B> extends true ? [] : ['these types differ']): void {}

export async function transactions(store: DataStore<Blog>, post: Post, user: User, comment: Comment): Promise<void> {
  const { Post, Comment } = store.models;
  const made = await store.transaction(async (tx) => {
    same<typeof tx, Transaction>();
    const saved = await tx.save(new Post({ title: 'a' }));
    same<typeof saved, Post>();
    // @ts-expect-error no such field
    await tx.query(Post, (p) => p.titel.eq('a'));
    await tx.add(post, 'editors', user);
    await tx.remove(post, 'editors', [user]);
    // @ts-expect-error a has-many relation
    await tx.add(post, 'comments', comment);
    // @ts-expect-error a comment is no editor
    await tx.add(post, 'editors', comment);
    // @ts-expect-error no transaction inside
    tx.transaction(async () => 1);
    return [saved, await tx.count(Comment)] as const;
  }, { retries: 2 });
  same<typeof made, readonly [Post, number]>();
  // @ts-expect-error no such option
  await DataStore.transaction(async () => 1, { retry: 2 });

  await post.editors.add(user);
  await post.editors.remove([user, user]);
  // @ts-expect-error a comment is no editor
  await post.editors.add(comment);
  // @ts-expect-error a has-many relation
  await post.comments.remove(comment);

  same<Awaited<ReturnType<typeof store.deleteAll<Post>>>, Post[]>();
  await store.deleteAll(Post, ['a', { id: 'b' }]);
  // @ts-expect-error not an array
  await store.deleteAll(post);
}
