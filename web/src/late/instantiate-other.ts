import type { Arrival } from '../wasm-source.js';
import { explain, type Fault } from './explain.js';
import { kit } from './kit.js';

type Made = Promise<WebAssembly.WebAssemblyInstantiatedSource>;

/**
 * Instantiates an engine that did not come as an answer of a server that says application/wasm, or
 * says why it cannot be: `fault` is with what the browser refused it.
 */
export async function instantiateOther({ value, response }: Arrival, imports: WebAssembly.Imports, fault: unknown): Made {
  if (typeof WebAssembly === 'undefined') throw faulty('WebAssembly', undefined, fault);
  if (response) return fromAnswer(response, String(value), imports, fault);
  if (typeof Response !== 'undefined' && value instanceof Response) {
    return kit.instantiate({ value: value.url || 'the given Response', response: value }, imports);
  }
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return fromBytes(value, 'the given bytes', '', imports);
  throw value instanceof WebAssembly.Module ? faulty('the given module', kit.reason(fault), fault) : faulty(typeof value, undefined);
}

/** Instantiates an engine that came as something else than application/wasm, once all of it has arrived. */
async function fromAnswer(response: NonNullable<Arrival['response']>, given: string, imports: WebAssembly.Imports, fault: unknown): Made {
  if ('unfetched' in response) throw faulty(given, { unfetched: kit.reason(response.unfetched) }, response.unfetched);
  const from = response.url || given;
  if (!response.ok) throw faulty(from, response.status);
  if (fault) throw faulty(from, kit.reason(fault), fault);
  const type = response.headers.get('content-type') ?? '';
  const made = await fromBytes(await received(response, from), from, type, imports);
  console.warn(`granary: ${from} came as "${type}"; it starts faster when the server says application/wasm`);
  return made;
}

async function received(response: Response, from: string): Promise<ArrayBuffer> {
  try {
    return await response.arrayBuffer();
  } catch (cause) {
    throw kit.wasmError(`${from} broke off while it was loaded (${String(cause)}); try again`, cause);
  }
}

/** Instantiates an engine of which all bytes are there. */
async function fromBytes(bytes: ArrayBuffer | ArrayBufferView, from: string, type: string, imports: WebAssembly.Imports): Made {
  const view = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
  if (!isWasm(view)) throw faulty(from, { bytes: view, type });
  try {
    return await WebAssembly.instantiate(view as Uint8Array<ArrayBuffer>, imports);
  } catch (cause) {
    throw faulty(from, kit.reason(cause), cause);
  }
}

function isWasm(view: Uint8Array): boolean {
  return view[0] === 0 && view[1] === 0x61 && view[2] === 0x73 && view[3] === 0x6d;
}

const faulty = (from: string, fault: Fault, cause?: unknown) => kit.wasmError(explain(from, fault), cause);
