import type { OpenOptions } from '../datastore.js';
import { json } from '../reading.js';
import type { RepairReport } from '../transfer-types.js';
import { kit } from './kit.js';
import { checkOptions } from './options.js';

/** Makes a damaged store whole. */
export async function repair(options: Pick<OpenOptions, 'name' | 'schema' | 'version' | 'wasm'>): Promise<RepairReport> {
  checkOptions(options);
  const { name, schema, version, wasm } = options;
  const engine = await kit.hostOf(schema, wasm).engine;
  return engine.callLater('repair', [], { name, schema, version }, json) as Promise<RepairReport>;
}
