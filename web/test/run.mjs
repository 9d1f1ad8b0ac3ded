// Runs every test of the package in a browser: those of the page (mocha, *.test.ts)
// and those that look at pages, files and servers from outside (outside.mjs).
// Usage: node web/test/run.mjs [-b chromium|firefox|webkit] [--host worker] [--outside] [-g part-of-a-test's-name]
//
// With --host worker the tests of the page run with the engine in a worker, those aside that
// page-only.mjs names. The package is tested as it is shipped: web/dist must have been built.

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flag, launch } from './browser.mjs';
import { page as pageOf, pages, typeFaults, writePrograms } from './docs.mjs';
import { serveHostile } from './hostile-server.mjs';
import { esbuild, inPage } from './in-page.mjs';
import { outside } from './outside.mjs';
import { reporter } from './reporter.mjs';
import { serve, root } from './server.mjs';

const MOST_SECONDS = 840;

const wanted = flag('-g', '');
const kind = flag('-b', 'chromium');
const host = flag('--host', '');
const { report, test, run } = reporter();

function bundle(directory, hostile) {
  const tests = readdirSync(join(root, 'web/test')).filter((name) => name.endsWith('.test.ts')).sort();
  const entry = join(directory, 'tests.ts');
  writeFileSync(entry, tests.map((name) => `import ${JSON.stringify(join(root, 'web/test', name))};`).join('\n'));
  const docs = pages();
  esbuild(entry, '--external:granary', '--ignore-annotations', '--sourcemap=inline', `--define:HOSTILE=${JSON.stringify(hostile.origin)}`, `--define:DOCS=${JSON.stringify(docs.map(({ name }) => name))}`,
    `--outfile=${join(directory, 'tests.js')}`);
  const app = join(directory, 'app.js');
  writeFileSync(app, "import * as Granary from 'granary'; globalThis.Granary = Granary;");
  esbuild(app, '--splitting', `--outdir=${join(directory, 'app')}`);
  const programs = writePrograms(join(directory, 'docs'), [...docs, pageOf('wrong-on-purpose.md', WRONG_PAGE)]);
  esbuild(programs, '--external:granary', `--outdir=${join(directory, 'app/docs')}`);
}

/** A page to try the harness of docs/ on: four of its checks are wrong, and one line is of the wrong type. */
const WRONG_PAGE = `# Wrong

\`\`\`ts
const numbers = [1,
  2] // → [1, 2]
numbers[0] // → 2
const text: number = Number('5'); // → 5

numbers.map((n) => ({ n })) // → [{ n: 7 }, {}]
JSON.parse('null').x // ✗ RangeError
numbers // ✗ TypeError
const wrong: string = 5
\`\`\`
`;

/** The type checker must see what is wrong in a page, and where. */
function checkTypes() {
  const faults = typeFaults([pageOf('wrong-on-purpose.md', WRONG_PAGE)]);
  const error = /^docs\/wrong-on-purpose\.md:12:7: error TS2322:.*$/.test(faults) ? undefined : `got ${faults}`;
  report({ title: 'the type checker finds a mistake in a page', error });
}

async function inside({ directory, server }) {
  const browser = await launch(join(directory, 'profile'), kind);
  try {
    console.log(await browser.version());
    await inPage(browser, server, { report, wanted, host });
  } finally {
    await browser.close();
  }
}

async function main() {
  if (!existsSync(join(root, 'web/dist/granary-sdl.wasm'))) throw new Error("web/dist is not built; run 'make build' first");
  const directory = mkdtempSync(join(tmpdir(), 'granary-test-'));
  const hostile = await serveHostile();
  try {
    bundle(directory, hostile);
    checkTypes();
    const server = await serve(directory);
    if (!process.argv.includes('--outside')) await inside({ directory, server });
    if (!host) {
      console.log(`\nfrom outside ${kind}`);
      await outside({ directory, server, kind, test, wanted });
    }
    await server.close();
  } finally {
    await hostile.close();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

await run(MOST_SECONDS, main);
