import { ErrorCode, GranaryError, reason } from './errors.js';

/** The engine's WebAssembly, or where it is. */
export type WasmValue = string | URL | Response | ArrayBuffer | Uint8Array | WebAssembly.Module;

/** What the option `wasm` takes. */
export type WasmSource = WasmValue | Promise<WasmValue> | (() => WasmValue | Promise<WasmValue>);

const HEAD_BYTES = 64;
const REMEDY = "copy it from the package's dist directory, or pass its address: DataStore.open({ wasm: '/granary.wasm', … })";

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
  if (!response.ok) {
    const likely = 'most likely the file was not deployed';
    throw wasmError(`${address} was answered with status ${response.status}; ${likely}: ${REMEDY}`);
  }
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
    throw refused(cause, address);
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
  if (!isWasm(view)) throw wasmError(notWasm(view, from, type));
  try {
    return (await WebAssembly.instantiate(view as Uint8Array<ArrayBuffer>, imports)).instance;
  } catch (cause) {
    throw refused(cause, from);
  }
}

function isWasm(view: Uint8Array): boolean {
  return view[0] === 0 && view[1] === 0x61 && view[2] === 0x73 && view[3] === 0x6d;
}

function notWasm(view: Uint8Array, from: string, type: string): string {
  const head = new TextDecoder().decode(view.subarray(0, HEAD_BYTES)).replace(/\s+/g, ' ').trim();
  if (!head.startsWith('<')) {
    return `${from} is no WebAssembly: ${view.length} bytes of "${type}"; ${REMEDY}`;
  }
  const vite = from.includes('/.vite/') ? "; with Vite, add optimizeDeps: { exclude: ['granary'] } to its configuration" : '';
  return (
    `${from} was answered with a page of HTML ("${head.slice(0, 24)}"), not with WebAssembly; most likely the file was not ` +
    `deployed there and the server gave its start page instead${vite}: ${REMEDY}`
  );
}

/** Explains a failure of the browser to compile or to instantiate. */
function refused(cause: unknown, from: string): GranaryError {
  const why = reason(cause);
  if (/unsafe-eval|Content Security Policy|CSP/i.test(why)) {
    const remedy = "add 'wasm-unsafe-eval' to its script-src";
    return wasmError(`the page's Content-Security-Policy forbids WebAssembly; ${remedy} (${why})`, cause);
  }
  if (/magic|3c 21|3c 68/i.test(why)) {
    return wasmError(`${from} is no WebAssembly, most likely a page of HTML (${why}): ${REMEDY}`, cause);
  }
  const likely = 'is it whole, and of the same version as this package?';
  return wasmError(`${from} was refused by the browser (${why}); ${likely}`, cause);
}

function wasmError(message: string, cause?: unknown): GranaryError {
  return new GranaryError(ErrorCode.Wasm, `open: ${message}`, { cause });
}
