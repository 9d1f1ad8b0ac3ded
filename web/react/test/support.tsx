// What the tests of the hooks need: components in a page, and a count of subscriptions.

import { expect } from 'chai';
import { GranaryProvider } from 'granary/react';
import type { DataStore, LiveQuery } from 'granary';
import { act, Component, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';

const mounted: (() => Promise<void>)[] = [];

/** Whether React waits for act. A test of concurrent rendering does without. */
export function acting(on: boolean): void {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = on;
}

/** Runs something, and all that React does because of it. */
export async function inAct(run: () => Promise<unknown>): Promise<void> {
  acting(true);
  await act(async () => void (await run()));
}

/** Renders something in the page, to be unmounted when the test ends. */
export async function mount(node: ReactNode) {
  const container = document.createElement('div');
  document.body.append(container);
  const errors: unknown[] = [];
  const root = createRoot(container, { onRecoverableError: (error) => void errors.push(error) });
  const render = (next: ReactNode) => inAct(async () => root.render(next));
  let gone = false;
  const unmount = async () => {
    if (gone) return;
    gone = true;
    await inAct(async () => root.unmount());
    container.remove();
  };
  mounted.push(unmount);
  await render(node);
  return { container, render, unmount, errors, text: () => container.textContent };
}

/** Unmounts what the test has left. */
export async function unmountAll(): Promise<void> {
  for (const unmount of mounted.splice(0)) await unmount();
}

/** Children below a provider of the store. */
export function within(store: object, children: ReactNode): ReactNode {
  return <GranaryProvider store={store as DataStore<object>}>{children}</GranaryProvider>;
}

/** Counts what subscribes to the live queries of a store. */
export function countSubscriptions(store: object) {
  const count = { opened: 0, ended: 0, get present() { return this.opened - this.ended; } };
  const { live } = store as { live: (...question: unknown[]) => LiveQuery<object> };
  const counting = (...question: unknown[]) => {
    const query = live(...question);
    const { subscribe } = query;
    query.subscribe = (...of) => {
      const subscription = subscribe.apply(query, of);
      count.opened++;
      return { ...subscription, unsubscribe: () => { count.ended++; subscription.unsubscribe(); } } as typeof subscription;
    };
    return query;
  };
  Object.assign(store, { live: counting });
  return count;
}

/** Shows the error of what is below it. React tells of such errors on the console too; those are expected. */
export class Boundary extends Component<{ readonly children?: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error ? `caught ${(error as { code?: string }).code ?? String(error)}` : this.props.children;
  }
}

/**
 * Runs something of which React tells on the console, or as an error of the page as
 * React 18 does with those that a boundary catches, and expects that it does.
 */
export async function loudly(run: () => Promise<void>): Promise<void> {
  const { error } = console;
  const { onerror } = window;
  let said = 0;
  console.error = () => void said++;
  window.onerror = () => {
    said++;
    return true;
  };
  try {
    await run();
  } finally {
    console.error = error;
    window.onerror = onerror;
  }
  expect(said).to.be.greaterThan(0);
}
