// What must compile of sum, avg, min, max and groupBy, and, under ts-expect-error,
// what must not.

import { DataStore, Predicates } from 'granary';
import type { Blog, Kitchen, Post } from './models.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles when A and B are the same type. */
function same<A, B>(..._: Equal<A, B> extends true ? [] : ['these types differ']): void {}

export async function blog(store: DataStore<Blog>): Promise<void> {
  const { Post } = store.models;
  const sum = await store.sum(Post, 'rating', (p) => p.title.eq('a'));
  same<typeof sum, number>();
  const avg = await DataStore.avg(Post, 'rating', Predicates.ALL);
  same<typeof avg, number | null>();
  const first = await store.min(Post, 'title');
  same<typeof first, string | null>();
  const best = await store.max(Post, 'rating');
  same<typeof best, number | null>();
  const status = await store.max(Post, 'status');
  same<typeof status, 'ACTIVE' | 'INACTIVE' | null>();
  // @ts-expect-error text cannot be added up
  await store.sum(Post, 'title');
  // @ts-expect-error no such field
  await store.avg(Post, 'ratng');
  // @ts-expect-error a relation has no least value
  await store.min(Post, 'comments');
  // @ts-expect-error a field there must be
  await store.sum(Post);

  const groups = await store.groupBy(Post, 'status', {
    where: (p) => p.rating.gt(1),
    sum: 'rating',
    min: ['rating', 'title'],
    sort: (s) => s.count('DESCENDING').status('ASCENDING').sum('rating', 'ASCENDING').key('status', 'ASCENDING').min('title', 'ASCENDING'),
    limit: 3,
    page: 1,
  });
  const group = groups[0]!;
  same<typeof group.key, { readonly status: Post['status'] }>();
  same<typeof group.count, number>();
  same<typeof group.sum, { readonly rating: number }>();
  same<typeof group.min.title, string | null>();
  same<typeof group.min.rating, number | null>();
  // @ts-expect-error only what was asked for
  void group.max;
  const several = await store.groupBy(Post, ['status', 'title'], { avg: ['rating'], max: 'title' });
  same<(typeof several)[number]['key'], { readonly status: Post['status']; readonly title: string }>();
  same<(typeof several)[number]['avg'], { readonly rating: number | null }>();
  same<(typeof several)[number]['max'], { readonly title: string | null }>();
  const bare = await store.groupBy(Post, 'status');
  same<keyof (typeof bare)[number], 'key' | 'count'>();
  await store.groupBy(Post, []);
  // @ts-expect-error no such field
  await store.groupBy(Post, 'staus');
  // @ts-expect-error one of them is no field
  await store.groupBy(Post, ['status', 'ttle']);
  // @ts-expect-error text cannot be added up
  await store.groupBy(Post, 'status', { sum: 'title' });
  // @ts-expect-error no such option
  await store.groupBy(Post, 'status', { having: 1 });
  // @ts-expect-error not grouped by that
  await store.groupBy(Post, 'status', { sort: (s) => s.title('ASCENDING') });
  // @ts-expect-error not asked for
  await store.groupBy(Post, 'status', { sum: 'rating', sort: (s) => s.avg('rating', 'ASCENDING') });
  // @ts-expect-error no such direction
  await store.groupBy(Post, 'status', { sort: (s) => s.count('down') });
  // @ts-expect-error groups do not change
  group.count = 1;
}

export async function kitchen(store: DataStore<Kitchen>): Promise<void> {
  const { Thing } = store.models;
  await store.groupBy(Thing, ['flag', 'count'], { max: ['day', 'at', 'stamp'], sort: (s) => s.flag('ASCENDING').key('count', 'DESCENDING') });
  // @ts-expect-error a list is no single value
  await store.groupBy(Thing, 'tags');
  // @ts-expect-error nor is JSON
  await store.groupBy(Thing, 'data');
  // @ts-expect-error a Boolean has no least value
  await store.min(Thing, 'flag');
}

export async function dynamic(sdl: string): Promise<void> {
  const store = await DataStore.open({ name: 'x', schema: sdl });
  const Post = store.models['Post']!;
  const sum = await store.sum(Post, 'rating', (p) => p['rating']!.gt(1));
  same<typeof sum, number>();
  const [group] = await store.groupBy(Post, 'status', { sum: 'rating', sort: (s) => s.count('ASCENDING') });
  same<NonNullable<typeof group>['sum'], { readonly rating: number }>();
  same<NonNullable<typeof group>['key'], { readonly status: unknown }>();
  const least = await store.min(Post, 'title');
  same<typeof least, string | number | null>();
}
