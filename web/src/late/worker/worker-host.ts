import type { Host } from '../../engines.js';
import type { OpenOptions } from '../../datastore.js';
import { isObject } from '../../checks.js';
import type { Calls, OnCrash } from '../../runtime.js';
import type { WasmSource } from '../../wasm-source.js';
import { kit } from '../kit.js';
import { Beside } from './beside.js';
import { RemoteEngine } from './remote-engine.js';

type Make = () => Worker;

const REMEDY = "let worker-src of the page's policy allow it, and copy worker.js and wasm_exec.js from the package's dist directory beside late.js, on the page's own origin; or give a function that makes the Worker: DataStore.open({ host: () => new Worker('/worker.js', { type: 'module' }), … })";

/** The worker of this package. The form is what bundlers look for. */
const ours: Make = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'granary' });

/** The hosts with a worker, by how that is made and by the WebAssembly. */
const hosts = new Map<Make, Map<unknown, Host>>();
/** Why workers could not be started. */
const faults = new Map<Calls, unknown>();

/** The host of a store whose engine runs in a worker; in the page when none can be started, which an event tells. */
export async function workerHost(options: Pick<OpenOptions, 'name' | 'schema' | 'wasm' | 'host'>): Promise<Host> {
  const { name, schema, wasm, host: where } = options;
  const host = hostFor(typeof where === 'function' ? where : ours, wasm ?? kit.assetURL(isObject(schema) ? 'granary.wasm' : 'granary-sdl.wasm'));
  const engine = await host.engine;
  const cause = faults.get(engine);
  if (cause) kit.tell({ type: 'HOST', store: name, host: 'page', error: kit.wasmError(`the worker could not be started (${String((cause as Error).message ?? cause)}); ${REMEDY}`, cause) });
  return host;
}

/** The host with a worker that was started last and goes on, if there is one. */
export function lastWorkerHost(): Host | undefined {
  return [...hosts.values()].flatMap((byWasm) => [...byWasm.values()]).at(-1);
}

function hostFor(make: Make, source: WasmSource): Host {
  let byWasm = hosts.get(make);
  if (!byWasm) hosts.set(make, (byWasm = new Map()));
  const key = source instanceof URL || typeof source === 'string' ? new URL(source, document.baseURI).href : source;
  const present = byWasm.get(key);
  if (present) return present;
  const host: Host = new kit.Host(source, () => byWasm.delete(key), (from, onCrash) => start(make, from, onCrash));
  byWasm.set(key, host);
  return host;
}

/** Starts an engine in a worker and, beside it, one in the page that checks records; that alone where there is no worker to be had. */
async function start(make: Make, source: WasmSource, onCrash: OnCrash): Promise<Calls> {
  let remote: RemoteEngine | undefined;
  let beside: Beside | undefined;
  let fault: unknown;
  try {
    beside = new Beside(make);
  } catch (cause) {
    fault = cause;
  }
  const starting = kit.Engine.start(source, (why, module) => {
    if (remote) remote.die(why.message, why);
    else onCrash(why, module);
  });
  try {
    const engine = await starting;
    await beside?.begin(engine.compiled);
  } catch (cause) {
    beside?.end();
    [beside, fault] = [undefined, cause];
  }
  const engine = await starting;
  if (beside) return (remote = new RemoteEngine(beside, engine, onCrash));
  faults.set(engine, fault);
  return engine;
}
