import type { OpenOptions } from '../datastore.js';
import { kit } from './kit.js';
import { checkName } from './options.js';

/** Removes a database. */
export async function destroy(name: string, options: Pick<OpenOptions, 'wasm'> = {}): Promise<void> {
  checkName('destroy', name);
  const engine = await kit.anyHost(options.wasm).engine;
  await engine.callLater('destroy', [], { name });
}
