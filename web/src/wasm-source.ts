import { reason, wasmError, type GranaryError } from './errors.js';
import type { Fault } from './late/explain.js';
import { late } from './load-late.js';

/** The engine's WebAssembly, or where it is. */
export type WasmValue = string | URL | Response | ArrayBuffer | Uint8Array | WebAssembly.Module;

/** What the option `wasm` takes. */
export type WasmSource = WasmValue | Promise<WasmValue> | (() => WasmValue | Promise<WasmValue>);

/** What a source gave, and of an address what the server answers. */
export interface Arrival {
  readonly value: WasmValue;
  readonly response?: Response;
}

/** Asks for what a source gives. */
export async function arrive(source: WasmSource): Promise<Arrival> {
  const value = await (typeof source === 'function' ? source() : source);
  return typeof value === 'string' || value instanceof URL ? { value, response: await load(value) } : { value };
}

/**
 * Compiles and instantiates the engine. It compiles while the bytes arrive where
 * the server says application/wasm, and after they arrived where it does not.
 * What is no WebAssembly rejects with a WASM error that names the address, what
 * came instead, and the remedy.
 */
export async function instantiate({ value, response }: Arrival, imports: WebAssembly.Imports): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  if (typeof WebAssembly === 'undefined') throw await faulty('WebAssembly', undefined);
  if (value instanceof WebAssembly.Module) return { module: value, instance: await WebAssembly.instantiate(value, imports) };
  return response ? fromResponse(response, String(value), imports) : late('fromGiven', value, imports);
}

async function load(address: string | URL): Promise<Response> {
  try {
    return await fetch(address, { credentials: 'same-origin' });
  } catch (cause) {
    throw await faulty(String(address), { unfetched: reason(cause) }, cause);
  }
}

/** The engine that an answer of a server holds. */
export async function fromResponse(response: Response, from: string, imports: WebAssembly.Imports): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  const address = response.url || from;
  if (!response.ok) throw await faulty(address, response.status);
  const type = response.headers.get('content-type') ?? '';
  if (type.trim().toLowerCase() !== 'application/wasm') return late('fromAnyResponse', response, address, type, imports);
  try {
    return await WebAssembly.instantiateStreaming(response, imports);
  } catch (cause) {
    throw await faulty(address, reason(cause), cause);
  }
}

/** An error in the words of late/explain.ts, or in a few where those cannot be had. */
export async function faulty(from: string, fault: Fault, cause?: unknown): Promise<GranaryError> {
  return wasmError(await late('explain', from, fault).catch(() => `${from} is not the engine (${typeof fault})`), cause);
}
