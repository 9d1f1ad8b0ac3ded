// Runs the programs of the pages of docs/ in the page. docs.mjs makes them.

import { DataStore, GranaryError, type OpenOptions } from 'granary';

const failures: string[] = [];
let checks = 0;

/** Compares what an example gave with what the page says. */
function is(got: unknown, want: unknown, place: string): void {
  checks++;
  const why = difference(got, want);
  if (why) failures.push(`${place}: ${why}`);
}

/** Expects an error: its code or name, then, behind a colon, a part of its message. */
async function fails(run: () => unknown, said: string, place: string): Promise<void> {
  checks++;
  const [, code, part = ''] = /^(\w+)(?:: (.*))?$/.exec(said) ?? [];
  try {
    await run();
    failures.push(`${place}: expected ${said}, but nothing failed`);
  } catch (error) {
    const { name, message } = error as Error;
    const got = error instanceof GranaryError ? error.code : name;
    if (got !== code || !message.includes(part)) failures.push(`${place}: expected ${said}, got ${got}: ${message}`);
  }
}

/** Says where two values differ; undefined when what is wanted is all there. */
function difference(got: unknown, want: unknown): string | undefined {
  if (typeof want !== 'object' || want === null) {
    return Object.is(got, want) ? undefined : `expected ${show(want)}, got ${show(got)}`;
  }
  if (typeof got !== 'object' || got === null || Array.isArray(got) !== Array.isArray(want)) {
    return `expected ${show(want)}, got ${show(got)}`;
  }
  if (Array.isArray(want) && want.length !== (got as unknown[]).length) return `expected ${show(want)}, got ${show(got)}`;
  for (const [name, value] of Object.entries(want)) {
    const why = difference((got as Record<string, unknown>)[name], value);
    if (why) return `${name}: ${why}`;
  }
  return undefined;
}

function show(value: unknown): string {
  return value === undefined ? 'undefined' : JSON.stringify(value);
}

/** Runs the program at an address and returns what did not hold, and how many checks it made. */
export async function runProgram(address: string): Promise<{ failures: string[]; checks: number }> {
  const opened: { store: DataStore; name: string }[] = [];
  const { open, events } = DataStore;
  const listening: { unsubscribe(): void }[] = [];
  Object.assign(DataStore, {
    events: () => {
      const observable = events.call(DataStore);
      const subscribe = observable.subscribe.bind(observable) as (...how: unknown[]) => { unsubscribe(): void };
      return Object.assign(observable, {
        subscribe: (...how: unknown[]) => {
          const subscription = subscribe(...how);
          listening.push(subscription);
          return subscription;
        },
      });
    },
    open: async (options: OpenOptions<object>) => {
      const store = await open.call(DataStore, options) as unknown as DataStore;
      opened.push({ store, name: options.name });
      return store;
    },
  });
  Object.assign(globalThis, { __is: is, __fails: fails });
  checks = 0;
  failures.length = 0;
  try {
    await import(address);
  } catch (error) {
    failures.push(`${address}: ${String((error as Error).stack)}`);
  } finally {
    Object.assign(DataStore, { open, events });
    for (const subscription of listening) subscription.unsubscribe();
    for (const { store, name } of opened.reverse()) {
      await store.close();
      if (store.storage === 'indexeddb') await DataStore.destroy(name);
    }
  }
  return { failures: [...failures], checks };
}
