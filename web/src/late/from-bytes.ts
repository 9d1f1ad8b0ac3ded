import { explain } from './explain.js';
import { kit } from './kit.js';

/** Instantiates an engine that the page was given as something else than an address. */
export async function fromGiven(value: unknown, imports: WebAssembly.Imports): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  if (typeof Response !== 'undefined' && value instanceof Response) {
    return kit.fromResponse(value, value.url || 'the given Response', imports);
  }
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return fromBytes(value, 'the given bytes', '', imports);
  throw kit.wasmError(explain(typeof value, undefined));
}

/** Instantiates an engine that came as something else than application/wasm, once all of it has arrived. */
export async function fromAnyResponse(
  response: Response, from: string, type: string, imports: WebAssembly.Imports,
): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
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
async function fromBytes(
  bytes: ArrayBuffer | ArrayBufferView, from: string, type: string, imports: WebAssembly.Imports,
): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  const view = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
  if (!isWasm(view)) throw kit.wasmError(explain(from, { bytes: view, type }));
  try {
    return await WebAssembly.instantiate(view as Uint8Array<ArrayBuffer>, imports);
  } catch (cause) {
    throw kit.wasmError(explain(from, cause instanceof Error ? cause.message : String(cause)), cause);
  }
}

function isWasm(view: Uint8Array): boolean {
  return view[0] === 0 && view[1] === 0x61 && view[2] === 0x73 && view[3] === 0x6d;
}
