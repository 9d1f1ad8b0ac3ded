/**
 * What came instead of the engine: a status, bytes that are no WebAssembly with their
 * type, a refusal of the browser, why nothing came, or what it lacks to be the engine;
 * undefined for what is no source, null for what a plain script lacks.
 */
export type Fault = undefined | null | number | { readonly unfetched: string } | { readonly lacks: string } | { readonly bytes: Uint8Array; readonly type: string } | string;

const HEAD_BYTES = 64;
const REMEDY = "copy it from the package's dist directory, or pass its address: DataStore.open({ wasm: '/granary.wasm', … })";

/** Says in words what was wrong with what came from an address, and the remedy. */
export function explain(from: string, fault: Fault): string {
  if (typeof WebAssembly === 'undefined') return 'this browser has no WebAssembly, or it was switched off';
  if (fault === null) {
    return `${from} is missing; put <script src="wasm_exec.js"></script> before <script src="granary.js"></script>, the file of this package`;
  }
  if (fault === undefined) return `the option wasm must be an address, a Response, bytes or a WebAssembly.Module, got ${from}`;
  if (typeof fault === 'object' && 'unfetched' in fault) {
    return `${from} could not be fetched (${fault.unfetched}); check the address, and connect-src of the page's policy`;
  }
  if (typeof fault === 'object' && 'lacks' in fault) {
    return `${from} is not the engine of this version: it does not export ${fault.lacks}`;
  }
  if (typeof fault === 'number') {
    return `${from} was answered with status ${fault}; most likely the file was not deployed: ${REMEDY}`;
  }
  return typeof fault === 'string' ? refused(from, fault) : notWasm(from, fault.bytes, fault.type);
}

function notWasm(from: string, bytes: Uint8Array, type: string): string {
  const head = new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES)).replace(/\s+/g, ' ').trim();
  if (!head.startsWith('<')) {
    return `${from} is no WebAssembly: ${bytes.length} bytes of "${type}"; ${REMEDY}`;
  }
  const vite = from.includes('/.vite/') ? "; with Vite, add optimizeDeps: { exclude: ['granary'] } to its configuration" : '';
  return (
    `${from} was answered with a page of HTML ("${head.slice(0, 24)}"), not with WebAssembly; most likely the file was not ` +
    `deployed there and the server gave its start page instead${vite}: ${REMEDY}`
  );
}

/** Explains a failure of the browser to compile or to instantiate. */
function refused(from: string, why: string): string {
  if (/unsafe-eval|Content Security Policy|CSP/i.test(why)) {
    const remedy = "add 'wasm-unsafe-eval' to its script-src";
    return `the page's Content-Security-Policy forbids WebAssembly; ${remedy} (${why})`;
  }
  const likely = 'is it a page of HTML, cut short, or not of the same version as this package?';
  return `${from} was refused by the browser (${why}); ${likely} ${REMEDY}`;
}
