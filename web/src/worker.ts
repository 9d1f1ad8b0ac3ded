// The script of the worker in which the engine of a store with `host: 'worker'` runs. The
// page gives it the compiled WebAssembly; the toolchain's runtime stands beside it.

import { provideAssets } from './assets.js';
import type { Asked } from './worker/protocol.js';
import { Server } from './worker/server.js';

const absent = () => { throw new Error('the page has it'); };

provideAssets({ url: absent, loadLate: absent, loadGo: () => import('./wasm_exec.js') });

const server = new Server((message, transfer) => postMessage(message, { transfer }));
addEventListener('message', ({ data }: MessageEvent<readonly Asked[]>) => server.take(data));
