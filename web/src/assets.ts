import { ErrorCode, GranaryError, reason } from './errors.js';

/** The engine without and with the parser of SDL. */
export type AssetName = 'granary.wasm' | 'granary-sdl.wasm';

/** What the page must provide for Go: the class that wasm_exec.js defines. */
export interface GoRuntime {
  argv: string[];
  exit: (code: number) => void;
  readonly importObject: WebAssembly.Imports;
  run(instance: WebAssembly.Instance): Promise<void>;
  /** Enters Go for an event. The toolchain's own callbacks call it. */
  _resume?: () => void;
  /** The timers that the program waits for. */
  readonly _scheduledTimeouts?: Map<number, ReturnType<typeof setTimeout>>;
  /** What of JavaScript the program refers to. */
  readonly _values?: readonly unknown[];
}

/** The constructor of a Go runtime. */
export type GoConstructor = new () => GoRuntime;

/** Where a build of this package finds what stands beside it. */
export interface Assets {
  url(name: AssetName): URL;
  /** Loads wasm_exec.js, where that is not the page's part. */
  loadGo(): Promise<unknown>;
  /** Loads late.js. */
  loadLate(): Promise<typeof import('./late.js')>;
}

let provided: Assets;

/** Called once by the entry point of each build, before anything else. */
export function provideAssets(assets: Assets): void {
  provided = assets;
}

/** The address of the engine that was built with this package. */
export function assetURL(name: AssetName): URL {
  return provided.url(name);
}

/** What the page loads when it first needs it. */
export async function loadLate(): Promise<typeof import('./late.js')> {
  try {
    return await provided.loadLate();
  } catch (cause) {
    throw new GranaryError(ErrorCode.Wasm, `late.js could not be loaded from beside this script (${reason(cause)})`, { cause });
  }
}

/** The class Go: the page's own if it has one, else that of wasm_exec.js; undefined when neither has. */
export async function goConstructor(): Promise<GoConstructor | undefined> {
  const present = globalThis as { Go?: GoConstructor };
  if (!present.Go) await provided.loadGo();
  return present.Go;
}
