import type { Assets } from './assets.js';

/**
 * What stands beside this module. The addresses are written out in full: bundlers
 * recognise exactly this form, and copy the files along.
 */
export const besideModule: Assets = {
  url(name) {
    return name === 'granary.wasm'
      ? new URL('./granary.wasm', import.meta.url)
      : new URL('./granary-sdl.wasm', import.meta.url);
  },
  loadGo: () => import('./wasm_exec.js'),
  loadLate: () => import('./late.js'),
};
