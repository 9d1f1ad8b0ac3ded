// The build for a plain <script> tag: everything is a member of the global
// Granary, and the engine stands beside the script.

import { DataStore, ErrorCode, GranaryError, Predicates, SortDirection } from './api.js';
import type * as api from './api.js';
import { provideAssets } from './assets.js';
import { besideScript } from './beside-script.js';

provideAssets(besideScript());

const Granary = { DataStore, ErrorCode, GranaryError, Predicates, SortDirection } satisfies typeof api;
Object.assign(globalThis, { Granary });
