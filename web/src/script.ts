// The build for a plain <script> tag: everything is a member of the global
// Granary, and the engine stands beside the script.

import { provideAssets } from './assets.js';
import { besideScript } from './beside-script.js';

provideAssets(besideScript());

export * from './api.js';
