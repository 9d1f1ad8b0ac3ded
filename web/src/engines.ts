import { assetURL, type AssetName } from './assets.js';
import { Engine } from './runtime.js';
import type { WasmSource } from './wasm-source.js';

/** One engine for each WebAssembly: by address, or by the object that was given. */
const byAddress = new Map<string, Promise<Engine>>();
const byObject = new WeakMap<object, Promise<Engine>>();
let last: { engine: Promise<Engine> } | undefined;

/**
 * The engine of a source: the one that runs already, or a new one. A source that
 * failed to load is tried anew at the next call, a stopped engine is replaced.
 */
export function engineFor(source: WasmSource | undefined, name: AssetName): Promise<Engine> {
  const wanted = source ?? assetURL(name);
  const slot = slotOf(wanted);
  const running = slot.get();
  if (running) return running;
  const forget = () => {
    slot.delete();
    if (last?.engine === engine) last = undefined;
  };
  const engine = Engine.start(wanted, forget);
  slot.set(engine);
  last = { engine };
  engine.catch(forget);
  return engine;
}

/** Where the engine of a source is kept. What is no source has no place; starting it fails. */
function slotOf(source: WasmSource): Slot {
  if (typeof source === 'string' || source instanceof URL) {
    const address = absolute(source);
    return {
      get: () => byAddress.get(address),
      set: (engine) => byAddress.set(address, engine),
      delete: () => byAddress.delete(address),
    };
  }
  const isKey = (typeof source === 'object' && source !== null) || typeof source === 'function';
  return {
    get: () => (isKey ? byObject.get(source) : undefined),
    set: (engine) => isKey && byObject.set(source, engine),
    delete: () => isKey && byObject.delete(source),
  };
}

interface Slot {
  get(): Promise<Engine> | undefined;
  set(engine: Promise<Engine>): void;
  delete(): void;
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
