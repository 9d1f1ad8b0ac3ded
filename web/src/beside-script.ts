import type { Assets } from './assets.js';
import { wasmError } from './errors.js';
import { late } from './load-late.js';

/**
 * What stands beside a plain script. Only while the script is being run does the
 * document know its element, so this is called at that time.
 */
export function besideScript(): Assets {
  const element = typeof document === 'undefined' ? null : document.currentScript;
  const base = element && 'src' in element && element.src ? element.src : undefined;
  const url = (name: string) => new URL(name, base ?? globalThis.location?.href);
  return {
    url,
    loadLate: () => import(String(url('late.js'))),
    loadGo: async () => { throw wasmError(await late('explain', 'the class Go', null)); },
  };
}
