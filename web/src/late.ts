// What a page loads when it first needs it: late.js. Each verb is a file of its own
// in late/; load-late.ts says how the rest of the package calls them.

export { check } from './late/check.js';
export { connect } from './late/connect.js';
export { destroy } from './late/destroy.js';
export { explain } from './late/explain.js';
export { exportBlob as export, exportStream } from './late/export.js';
export { instantiateOther } from './late/instantiate-other.js';
export { importFrom as import } from './late/import.js';
export { iterate } from './late/iterate.js';
export { provide } from './late/kit.js';
export { migrate } from './late/migrate.js';
export { checkOptions } from './late/options.js';
export { estimate, persist } from './late/persist.js';
export { repair } from './late/repair.js';
export { stats } from './late/stats.js';
export { status, sync } from './late/sync.js';
export { transaction } from './late/transaction.js';
export { workerHost } from './late/worker/worker-host.js';
