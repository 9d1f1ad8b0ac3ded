import { wasmError, type GranaryError } from './errors.js';
import type { Fault } from './late/explain.js';
import { late } from './load-late.js';

/** The engine's WebAssembly, or where it is. */
export type WasmValue = string | URL | Response | ArrayBuffer | Uint8Array | WebAssembly.Module;

/** What the option `wasm` takes. */
export type WasmSource = WasmValue | Promise<WasmValue> | (() => WasmValue | Promise<WasmValue>);

/** What a source gave, and of an address what the server answers, or why there is no answer. */
export interface Arrival {
  readonly value: WasmValue;
  readonly response?: Response | { readonly unfetched: unknown } | undefined;
}

/** Asks for what a source gives. */
export async function arrive(source: WasmSource): Promise<Arrival> {
  const value = await (typeof source === 'function' ? source() : source);
  if (typeof value !== 'string' && !(value instanceof URL)) return { value };
  return { value, response: await fetch(value, { credentials: 'same-origin' }).catch((unfetched: unknown) => ({ unfetched })) };
}

const TYPE = /^application\/wasm$/i;

/**
 * Compiles and instantiates the engine. It compiles while the bytes arrive
 * where the server says application/wasm, and after they arrived where it does not. What is no
 * WebAssembly rejects with a WASM error that names the address, what came instead, and the remedy.
 */
export async function instantiate({ value, response }: Arrival, imports: WebAssembly.Imports): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  let fault: unknown;
  try {
    if (value instanceof WebAssembly.Module) return { module: value, instance: await WebAssembly.instantiate(value, imports) };
    const { ok, headers } = response as Response;
    if (ok && TYPE.test(headers.get('content-type')!)) return await WebAssembly.instantiateStreaming(response as Response, imports);
  } catch (cause) {
    fault = cause; // also of a browser without WebAssembly, and of what is no address
  }
  return late('instantiateOther', { value, response }, imports, fault);
}

/** An error in the words of late/explain.ts, or in a few where those cannot be had. */
export async function faulty(from: string, fault: Fault): Promise<GranaryError> {
  return wasmError(await late('explain', from, fault).catch(() => `${from} is not the engine (${typeof fault})`));
}
