import type { Assets } from './assets.js';

/**
 * What stands beside a plain script. Only while the script is being run does the
 * document know its element, so this is called at that time.
 */
export function besideScript(): Assets {
  const element = globalThis.document?.currentScript as Partial<HTMLScriptElement> | null | undefined;
  const url = (name: string) => new URL(name, element?.src || globalThis.location?.href);
  return {
    url,
    loadLate: () => import(String(url('late.js'))),
    loadGo: async () => {}, // the page's part
  };
}
