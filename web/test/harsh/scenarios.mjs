// The scenarios by name, in the order in which they run.

import * as crash from './crash.mjs';
import * as kill from './kill.mjs';
import * as phases from './phases.mjs';

export const scenarios = { kill, crash, phases };
