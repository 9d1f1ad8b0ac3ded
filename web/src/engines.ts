import { assetURL, type AssetName } from './assets.js';
import { isObject } from './checks.js';
import { Engine } from './runtime.js';
import type { WasmSource } from './wasm-source.js';

/** One engine for each WebAssembly: by address, or by the object that was given. */
const byAddress = new Map<unknown, Promise<Engine>>();
const byObject = new WeakMap<object, Promise<Engine>>();
let last: { engine: Promise<Engine> } | undefined;

/**
 * The engine of a source: the one that runs already, or a new one. A source that
 * failed to load is tried anew at the next call, a stopped engine is replaced.
 */
export function engineFor(source: WasmSource | undefined, name: AssetName): Promise<Engine> {
  const wanted = source ?? assetURL(name);
  const key = typeof wanted === 'string' || wanted instanceof URL ? absolute(wanted) : wanted;
  const engines = (isObject(key) || typeof key === 'function' ? byObject : byAddress) as Map<unknown, Promise<Engine>>;
  const running = engines.get(key);
  if (running) return running;
  const forget = () => {
    engines.delete(key);
    if (last?.engine === engine) last = undefined;
  };
  const engine = Engine.start(wanted, forget); // what is no source fails here
  engines.set(key, engine);
  last = { engine };
  engine.catch(forget);
  return engine;
}

/** An engine for work that belongs to no store: one that runs, or the smallest. */
export function anyEngine(source: WasmSource | undefined): Promise<Engine> {
  return source === undefined && last ? last.engine : engineFor(source, 'granary.wasm');
}

function absolute(address: string | URL): string {
  try {
    return new URL(address, globalThis.document?.baseURI ?? globalThis.location?.href).href;
  } catch {
    return String(address); // nothing to resolve it against: outside a page
  }
}
