import type { OpenOptions } from '../datastore.js';
import { kit } from './kit.js';
import { checkName } from './options.js';
import { lastWorkerHost } from './worker/worker-host.js';

/** Removes a database. */
export async function destroy(name: string, options: Pick<OpenOptions, 'wasm'> = {}): Promise<void> {
  checkName('destroy', name);
  const host = (options.wasm === undefined && lastWorkerHost()) || kit.anyHost(options.wasm);
  const engine = await host.engine;
  await engine.callLater('destroy', [], { name });
}
