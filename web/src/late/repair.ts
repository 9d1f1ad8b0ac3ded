import type { OpenOptions } from '../datastore.js';
import { json } from '../reading.js';
import type { RepairReport } from '../transfer-types.js';
import { kit } from './kit.js';
import { checkOptions } from './options.js';
import { workerHost } from './worker/worker-host.js';

/** Makes a damaged store whole. */
export async function repair(options: Pick<OpenOptions, 'name' | 'schema' | 'version' | 'wasm' | 'host'>): Promise<RepairReport> {
  checkOptions(options);
  const { name, schema, version, wasm, host: where = 'page' } = options;
  const host = where === 'page' ? kit.hostOf(schema, wasm) : await workerHost(options);
  const engine = await host.engine;
  return engine.callLater('repair', [], { name, schema, version }, json) as Promise<RepairReport>;
}
