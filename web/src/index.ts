// The module build: its engine and the toolchain's runtime stand beside it.

import { provideAssets } from './assets.js';
import { besideModule } from './beside-module.js';

provideAssets(besideModule);

export * from './api.js';
