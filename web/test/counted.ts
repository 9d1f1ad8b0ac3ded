// A store whose engine tells how often it is called.

import type { DataStore } from 'granary';
import { BLOG, type Blog } from './models.js';
import { openStore } from './support.js';

interface Page {
  Go: new () => { importObject: object; run(instance: WebAssembly.Instance): Promise<void> };
}

/** Counts the calls of an engine of its own, by export, from when it is asked to. */
export async function counted(): Promise<{ store: DataStore<Blog>; calls: Map<string, number> }> {
  const calls = new Map<string, number>();
  const instantiate = WebAssembly.instantiate;
  const streaming = WebAssembly.instantiateStreaming;
  const watch = (instance: WebAssembly.Instance): WebAssembly.Instance => {
    const watched: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(instance.exports)) {
      watched[name] = typeof value !== 'function' || !name.startsWith('granary_') ? value : (...args: unknown[]) => {
        calls.set(name, (calls.get(name) ?? 0) + 1);
        return (value as (...args: unknown[]) => unknown)(...args);
      };
    }
    return { exports: watched } as unknown as WebAssembly.Instance;
  };
  const { Go } = globalThis as unknown as Page;
  const run = Go.prototype.run as (instance: WebAssembly.Instance) => Promise<void>;
  const real = new WeakMap<object, WebAssembly.Instance>();
  const both = async (result: Promise<unknown>) => {
    const answer = (await result) as WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource;
    const inner = 'instance' in answer ? answer.instance : answer;
    const shown = watch(inner);
    real.set(shown, inner);
    return 'instance' in answer ? { ...answer, instance: shown } : shown;
  };
  const page = WebAssembly as unknown as Record<'instantiate' | 'instantiateStreaming', unknown>;
  page.instantiate = (...args: unknown[]) => both((instantiate as (...args: unknown[]) => Promise<unknown>)(...args));
  page.instantiateStreaming = (...args: unknown[]) => both((streaming as (...args: unknown[]) => Promise<unknown>)(...args));
  Go.prototype.run = function (instance: WebAssembly.Instance) {
    return run.call(this, real.get(instance) ?? instance);
  };
  try {
    return { store: await openStore<Blog>(BLOG, { wasm: () => fetch('/dist/granary-sdl.wasm') }), calls };
  } finally {
    page.instantiate = instantiate;
    page.instantiateStreaming = streaming;
    Go.prototype.run = run;
  }
}
