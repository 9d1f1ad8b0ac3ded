// What must compile with the hooks, and, under ts-expect-error, what must not: one
// wrong thing a line. tsc runs this file.

import { DataStore, Predicates, type Loaded } from 'granary';
import { GranaryProvider, useLiveCount, useLiveQuery, useRecord, useStore, useSuspenseLiveQuery, useSync, type LiveResult, type SyncView } from 'granary/react';
import type { Blog } from '../../test/models.js';
import { Book, open, Copy } from '../../test/library/models.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles when A and B are the same type. */
function same<A, B>(..._: Equal<A, B> extends true ? [] : ['these types differ']): void {}

declare const store: DataStore<Blog>;
declare const books: readonly Book[];

export const right = [<GranaryProvider store={store}>text</GranaryProvider>, <GranaryProvider open={() => open()} fallback={<i />}><b /></GranaryProvider>];
// @ts-expect-error neither a store nor how to open one
export const neither = <GranaryProvider />;
// @ts-expect-error both
export const both = <GranaryProvider store={store} open={() => open()} />;
// @ts-expect-error nobody waits for a store that is open
export const waiting = <GranaryProvider store={store} fallback="wait" />;

export function Queries(): null {
  same<ReturnType<typeof useStore<Blog>>, DataStore<Blog>>();
  const result = useLiveQuery(Book, (b) => b.title.beginsWith('A'), { sort: (s) => s.title('ASCENDING'), limit: 3, initial: books }, [1]);
  same<typeof result, LiveResult<Book>>();
  same<typeof result.items, readonly Book[]>();
  const items = useSuspenseLiveQuery(Book, Predicates.ALL);
  same<typeof items, readonly Book[]>();
  const [loaded] = useLiveQuery(Book, Predicates.ALL, { include: { author: true, copies: { limit: 3 } } }).items;
  same<typeof loaded, Loaded<Book, { author: true; copies: { limit: 3 } }> | undefined>();
  const [name] = useSuspenseLiveQuery(Book, Predicates.ALL, { include: { author: true } }).map((book) => book.author?.name);
  same<typeof name, string | undefined>();
  // @ts-expect-error no relation of a book
  useLiveQuery(Book, Predicates.ALL, { include: { autor: true } });
  const record = useRecord(Book, 'id');
  same<typeof record, Book | undefined>();
  const n = useLiveCount(Book, (b) => b.title.eq('x'), []);
  same<typeof n, number>();
  const view = useSync();
  same<typeof view, SyncView | undefined>();
  // @ts-expect-error a store may not sync
  view.status;
  // @ts-expect-error what was rejected is for sync.drop
  view?.rejected.pop();
  useRecord(Copy, null);
  // @ts-expect-error no field of a book
  useLiveQuery(Book, (b) => b.titel.eq('x'));
  // @ts-expect-error a title is text
  useLiveQuery(Book, (b) => b.title.eq(5));
  // @ts-expect-error there is no such option
  useLiveQuery(Book, Predicates.ALL, { limt: 5 });
  // @ts-expect-error no records of that model
  useLiveQuery(Book, Predicates.ALL, { initial: [1] });
  // @ts-expect-error not the key of a copy
  useRecord(Copy, 'x');
  // @ts-expect-error a key, or null
  useRecord(Book, undefined);
  // @ts-expect-error items do not change
  items.push(items[0]!);
  // @ts-expect-error a predicate, not a key
  useLiveCount(Book, 'id');
  return null;
}
