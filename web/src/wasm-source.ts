import { reason, wasmError, type GranaryError } from './errors.js';
import type { Fault } from './late/explain.js';
import { late } from './load-late.js';

/** The engine's WebAssembly, or where it is. */
export type WasmValue = string | URL | Response | ArrayBuffer | Uint8Array | WebAssembly.Module;

/** What the option `wasm` takes. */
export type WasmSource = WasmValue | Promise<WasmValue> | (() => WasmValue | Promise<WasmValue>);

/**
 * Compiles and instantiates the engine. It compiles while the bytes arrive where
 * the server says application/wasm, and after they arrived where it does not.
 * What is no WebAssembly rejects with a WASM error that names the address, what
 * came instead, and the remedy.
 */
export async function instantiate(source: WasmSource, imports: WebAssembly.Imports): Promise<WebAssembly.Instance> {
  if (typeof WebAssembly === 'undefined') throw wasmError('this browser has no WebAssembly, or it was switched off');
  const value = await (typeof source === 'function' ? source() : source);
  if (value instanceof WebAssembly.Module) return WebAssembly.instantiate(value, imports);
  if (typeof value === 'string' || value instanceof URL) return fromResponse(await load(value), String(value), imports);
  if (typeof Response !== 'undefined' && value instanceof Response) {
    return fromResponse(value, value.url || 'the given Response', imports);
  }
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return fromBytes(value, 'the given bytes', '', imports);
  throw wasmError(`the option wasm must be an address, a Response, bytes or a WebAssembly.Module, got ${typeof value}`);
}

async function load(address: string | URL): Promise<Response> {
  try {
    return await fetch(address, { credentials: 'same-origin' });
  } catch (cause) {
    const remedy = "check the address, and connect-src of the page's policy";
    throw wasmError(`${address} could not be fetched (${reason(cause)}); ${remedy}`, cause);
  }
}

async function fromResponse(response: Response, from: string, imports: WebAssembly.Imports): Promise<WebAssembly.Instance> {
  const address = response.url || from;
  if (!response.ok) throw await faulty(address, response.status);
  const type = response.headers.get('content-type') ?? '';
  if (type.trim().toLowerCase() !== 'application/wasm' || !WebAssembly.instantiateStreaming) {
    const bytes = await received(response, address);
    const instance = await fromBytes(bytes, address, type, imports);
    console.warn(`granary: ${address} came as "${type}"; it starts faster when the server says application/wasm`);
    return instance;
  }
  try {
    return (await WebAssembly.instantiateStreaming(response, imports)).instance;
  } catch (cause) {
    throw await faulty(address, reason(cause), cause);
  }
}

async function received(response: Response, address: string): Promise<ArrayBuffer> {
  try {
    return await response.arrayBuffer();
  } catch (cause) {
    throw wasmError(`${address} broke off while it was loaded (${reason(cause)}); try again`, cause);
  }
}

async function fromBytes(
  bytes: ArrayBuffer | ArrayBufferView, from: string, type: string, imports: WebAssembly.Imports,
): Promise<WebAssembly.Instance> {
  const view = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
  if (!isWasm(view)) throw await faulty(from, { bytes: view, type });
  try {
    return (await WebAssembly.instantiate(view as Uint8Array<ArrayBuffer>, imports)).instance;
  } catch (cause) {
    throw await faulty(from, reason(cause), cause);
  }
}

function isWasm(view: Uint8Array): boolean {
  return view[0] === 0 && view[1] === 0x61 && view[2] === 0x73 && view[3] === 0x6d;
}

/** An error in the words of late/explain.ts, or in a few where those cannot be had. */
async function faulty(from: string, fault: Fault, cause?: unknown): Promise<GranaryError> {
  return wasmError(await late('explain', from, fault).catch(() => `${from} is not the engine (${typeof fault})`), cause);
}
