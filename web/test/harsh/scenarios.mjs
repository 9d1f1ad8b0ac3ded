// The scenarios by name, in the order in which they run.

import * as calls from './calls.mjs';
import * as crash from './crash.mjs';
import * as damage from './damage.mjs';
import * as evict from './evict.mjs';
import * as frozen from './frozen.mjs';
import * as hostile from './hostile.mjs';
import * as increments from './increments.mjs';
import * as kill from './kill.mjs';
import * as pagehide from './pagehide.mjs';
import * as phases from './phases.mjs';
import * as quota from './quota.mjs';
import * as sync from './sync.mjs';
import * as upgrade from './upgrade.mjs';

export const scenarios = { kill, crash, phases, calls, quota, increments, frozen, pagehide, damage, evict, upgrade, hostile, sync };
