// What every test in the page needs: stores that are checked and removed at the
// end, and a way to expect an error by its code.

import { expect } from 'chai';
import { DataStore, GranaryError, type ErrorCode, type OpenOptions } from 'granary';

const PATIENCE = 60_000; // milliseconds

const opened: { store: DataStore<object>; name: string }[] = [];
let number = 0;

/** A name that no other test uses. */
export function freshName(): string {
  return `test-${Date.now().toString(36)}-${number++}`;
}

/** Opens a store that ends, after the test, in a check of every invariant. */
export async function openStore<M extends object>(
  schema: OpenOptions['schema'], options: Partial<OpenOptions<M>> = {},
): Promise<DataStore<M>> {
  const name = options.name ?? freshName();
  const store = await DataStore.open<M>({ name, schema, storage: 'memory', ...options });
  opened.push({ store: store as unknown as DataStore<object>, name });
  return store;
}

/** Checks, closes and removes the stores of a test. A test that closed its own has been at its end already. */
export async function closeStores(): Promise<void> {
  for (const { store, name } of opened.splice(0).reverse()) {
    const report = await store.check().catch(stopped);
    if (report) expect(report.problems, `check of ${name}`).to.deep.equal([]);
    await store.close();
    if (store.storage === 'indexeddb') await DataStore.destroy(name);
  }
}

/** Has the browser let go of engines that are not used: it has room for some dozens, and is in no hurry. */
export function collect(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

function stopped(error: unknown): undefined {
  if (error instanceof GranaryError && (error.code === 'CLOSED' || error.code === 'RUNTIME_EXITED')) return undefined;
  throw error;
}

/** Expects a GranaryError, thrown or rejected, and returns it. */
export async function fails(code: ErrorCode, says: RegExp, run: () => unknown): Promise<GranaryError> {
  let result: unknown;
  try {
    result = await run();
  } catch (error) {
    if (!(error instanceof GranaryError)) throw error;
    expect(error.code, error.message).to.equal(code);
    expect(error.message).to.match(says);
    expect(error.name).to.equal('GranaryError');
    return error;
  }
  throw new Error(`expected ${code} ${says}, but it went through with ${JSON.stringify(result)}`);
}

/** Waits until something holds, looking again at each turn of the event loop; a busy machine has time. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (const began = performance.now(); performance.now() - began < PATIENCE;) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve));
  }
  throw new Error(`never came true: ${what}`);
}

/**
 * Waits until nearly all of these are collected: the stack may hold on to a few, and a session to
 * its answers for some seconds. Chromium and Firefox lend their collector (browser.mjs); WebKit
 * collects when there is much to collect.
 */
export async function collected(objects: WeakRef<object>[]): Promise<void> {
  const lent = globalThis as { gc?: () => void; TestUtils?: { gc(): Promise<void> } };
  await new Promise((resolve) => setTimeout(resolve));
  for (let round = 0; round < 300; round++) {
    if (objects.filter((object) => object.deref()).length <= 2) return;
    await new Promise((resolve) => setTimeout(resolve, round < 10 ? 0 : 100)); // until then what was looked at lives
    if (lent.gc) lent.gc();
    else if (lent.TestUtils) await lent.TestUtils.gc();
    else for (let i = 0; i < 100; i++) new Uint8Array(1 << 20).fill(1);
  }
  throw new Error('the browser collected nothing');
}
