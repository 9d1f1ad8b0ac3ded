// A browser that is measured: its profile is on disk, and its figures are of a browser at rest.

import { launch } from '../../examples/atlas/test/browser.mjs';
import { linearMemory } from './linear-memory.mjs';

const PATIENCE = 3_600_000; // milliseconds that a workload may take before the driver gives up
const FLAGS = [
  '--enable-precise-memory-info',
  // Without it a page waits up to 20 s for the figure of its memory.
  '--enable-blink-features=ForceEagerMeasureMemory',
];

/** Starts a browser on a profile; the same directory again is the same profile. */
export function start(profile) {
  return launch(profile, FLAGS, { protocolTimeout: PATIENCE });
}

const LOOK = 500; // milliseconds between two looks at the browser's processor time
const AT_REST = 0.05; // of one processor
const LOOKS = 60;

/** Waits until the browser is done with what it was left by the step before: it deletes and compacts databases late. */
export async function rest(browser) {
  const session = await browser.target().createCDPSession();
  const used = async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return processInfo.reduce((sum, process) => sum + process.cpuTime, 0);
  };
  let before = await used();
  for (let look = 0; look < LOOKS; look++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    const now = await used();
    if ((now - before) * 1000 < AT_REST * LOOK) break;
    before = now;
  }
  await session.detach();
}

/** Bytes that a page uses when its garbage is gone: its JavaScript heap, and all of it with WebAssembly and workers. */
export async function memory(page) {
  const session = await page.createCDPSession();
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage'); // what the first one made free to go
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const counted = await page.evaluate(async () => (await performance.measureUserAgentSpecificMemory()).bytes);
  await session.detach();
  return { heap: usedSize, whole: counted + await linearMemory(page) };
}
