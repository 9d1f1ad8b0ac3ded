// What compiles of the hooks and what does not. It is never run.

import { DataStore, Predicates } from 'granary';
import { GranaryProvider, useLiveCount, useLiveQuery, useRecord, useStatus, useStore, useSuspenseLiveQuery, type LiveResult } from 'granary/react';
import type { Library } from './library.js';
import type { Blog, Post } from '../../test/models.js';
import { Book, Loan, open, type Book as BookRecord } from '../../test/library/models.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(..._: Same<A, B> extends true ? [] : ['not the same']) => {};

declare const store: DataStore<Blog>;
export const tree = <GranaryProvider store={store}>text</GranaryProvider>;
export const opened = <GranaryProvider open={() => open()} fallback={<i />}><b /></GranaryProvider>;
// @ts-expect-error either a store or how to open one
export const neither = <GranaryProvider />;
// @ts-expect-error not both
export const both = <GranaryProvider store={store} open={() => open()} />;
// @ts-expect-error an open store is not waited for
export const waited = <GranaryProvider store={store} fallback="wait" />;
