// What must compile of migrations, and, under ts-expect-error, what must not.

import { DataStore, type Migrate, type Migration, type ModelConstructor, type OldRecord } from 'granary';
import type { Blog, Post } from './models.js';
import { open } from './library/models.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles when A and B are the same type. */
function same<A, B>(..._: Equal<A, B> extends true ? [] : ['these types differ']): void {}

export async function migrations(schema: string): Promise<void> {
  await DataStore.open<Blog>({
    name: 'blog', schema, version: 3,
    migrate: {
      2: async (tx) => {
        same<typeof tx, Migration<Blog>>();
        same<typeof tx.models.Post, ModelConstructor<Post>>();
        const old = await tx.old('Article');
        same<typeof old, readonly OldRecord[]>();
        await tx.old(tx.models.Post);
        const saved = await tx.save(new tx.models.Post({ title: 'a' }));
        same<typeof saved, Post>();
        // @ts-expect-error no such model
        tx.models.Article;
        // @ts-expect-error old values are unknown
        await tx.save(new tx.models.Post({ title: old[0].title }));
        // @ts-expect-error a model, or its name
        await tx.old(5);
        // @ts-expect-error no transaction inside
        tx.transaction(async () => 1);
      },
      3: (tx) => { tx.models; },
    },
  });
  // @ts-expect-error functions stand under numbers
  await DataStore.open({ name: 'a', schema, migrate: { two: () => {} } });
  // @ts-expect-error no function
  await DataStore.open({ name: 'a', schema, migrate: { 2: 'later' } });
  // @ts-expect-error a version is a number
  await DataStore.open({ name: 'a', schema, version: '2' });

  const step: Migrate<Blog> = async (tx) => { await tx.delete(tx.models.Post, (p) => p.title.eq('a')); };
  await DataStore.open<Blog>({ name: 'blog', schema, version: 2, migrate: { 2: step } });
  // @ts-expect-error a function for other models
  await open({ version: 2, migrate: { 2: step } });
  await open({ version: 2, migrate: { 2: async (tx) => { await tx.query(tx.models.Book); } } });
}
