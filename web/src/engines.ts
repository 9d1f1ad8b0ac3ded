import { assetURL, type AssetName } from './assets.js';
import { isObject } from './checks.js';
import { stopped, type GranaryError } from './errors.js';
import { MOST_CRASHES, MOST_CRASHES_WITHIN } from './limits.js';
import { Engine, type Calls, type OnCrash } from './runtime.js';
import type { Session } from './session.js';
import type { WasmSource } from './wasm-source.js';

/** Loads and starts an engine. */
export type StartEngine = (source: WasmSource, onCrash: OnCrash) => Promise<Calls>;

/**
 * The engine of one WebAssembly, which all stores of that WebAssembly share. When it
 * crashes, another one takes its place, made of the same compiled module, and its
 * stores go on with that one; after three crashes in ten seconds they are given up.
 */
export class Host {
  readonly #sessions = new Set<Session>();
  readonly #forget: () => void;
  readonly #begin: StartEngine;
  readonly #crashes: number[] = [];
  /** The engine that runs, or is being started. */
  engine: Promise<Calls>;

  /** `forget` is called when there will be no engine any more. */
  constructor(source: WasmSource, forget: () => void, begin: StartEngine = Engine.start) {
    this.#forget = forget;
    this.#begin = begin;
    this.engine = this.#start(source);
  }

  /** Takes a store along from one engine to the next; gives what ends that. */
  carry(session: Session): () => void {
    this.#sessions.add(session);
    return () => this.#sessions.delete(session);
  }

  #start(source: WasmSource): Promise<Calls> {
    const engine = this.#begin(source, (crash, module) => this.#crashed(crash, module));
    engine.catch(() => this.#forget());
    return engine;
  }

  #crashed(crash: GranaryError, module: WebAssembly.Module): void {
    const now = Date.now();
    this.#crashes.push(now);
    const over = now - this.#crashes.at(-MOST_CRASHES)! < MOST_CRASHES_WITHIN; // false when there were fewer
    if (over || this.#sessions.size === 0) this.#forget();
    else this.engine = this.#start(module);
    for (const session of [...this.#sessions]) {
      if (over) session.end(stopped(`${crash.message}, for the third time within 10 s; the store is given up`, crash));
      else session.revive(this.engine, crash);
    }
  }
}

/** One host for each WebAssembly: by address, or by the object that was given. */
const byAddress = new Map<unknown, Host>();
const byObject = new WeakMap<object, Host>();
let last: Host | undefined;

/**
 * The host of a source: the one that there is, or a new one. A source that failed to
 * load is tried anew at the next call.
 */
function hostFor(source: WasmSource | undefined, name: AssetName): Host {
  const wanted = source ?? assetURL(name);
  const key = typeof wanted === 'string' || wanted instanceof URL ? absolute(wanted) : wanted;
  const hosts = (isObject(key) || typeof key === 'function' ? byObject : byAddress) as Map<unknown, Host>;
  const present = hosts.get(key);
  if (present) return present;
  const host = new Host(wanted, () => { // what is no source fails here
    hosts.delete(key);
    if (last === host) last = undefined;
  });
  hosts.set(key, host);
  return (last = host);
}

/** The host of a store with that schema: SDL wants the engine with the parser. */
export function hostOf(schema: unknown, source: WasmSource | undefined): Host {
  return hostFor(source, isObject(schema) ? 'granary.wasm' : 'granary-sdl.wasm');
}

/** A host for work that belongs to no store: one that there is, or the smallest. */
export function anyHost(source: WasmSource | undefined): Host {
  return source === undefined && last ? last : hostFor(source, 'granary.wasm');
}

function absolute(address: string | URL): string {
  try {
    return new URL(address, globalThis.document?.baseURI ?? globalThis.location?.href).href;
  } catch {
    return String(address); // nothing to resolve it against: outside a page
  }
}
