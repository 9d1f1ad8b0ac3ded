// Runs the tests of granary/react on both versions of React: those of the page
// (mocha, *.test.tsx) in a browser, and those of server rendering (server.tsx) in
// Node. Usage: node web/react/test/run.mjs [-b chromium|firefox|webkit] [-g part-of-a-title]
//
// The package is tested as it is shipped: web/dist must have been built.

import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compile } from 'svelte/compiler';
import { flag, launch } from '../../test/browser.mjs';
import { frameworkPages, writePrograms } from '../../test/docs.mjs';
import { esbuild, inPage } from '../../test/in-page.mjs';
import { reporter } from '../../test/reporter.mjs';
import { root, serve } from '../../test/server.mjs';

const MOST_SECONDS = 600;
const DIST = join(root, 'web/dist');
const FLAGS = ['--jsx=automatic', '--ignore-annotations', '--sourcemap=inline', '--define:process.env.NODE_ENV="development"', `--alias:granary/react=${join(DIST, 'react.js')}`];

/** Whose dependency each version of React is. */
const VERSIONS = { 18: 'test/react-18', 19: 'web' };

const wanted = flag('-g', '');
const kind = flag('-b', 'chromium');
const { report, run } = reporter();

/** Bundles the tests with one version of React into a directory of its own. */
function bundle(directory, user) {
  const here = join(root, 'web/react/test');
  const tests = readdirSync(here).filter((name) => name.endsWith('.test.tsx')).sort();
  const entry = join(directory, 'tests.ts');
  writeFileSync(entry, tests.map((name) => `import ${JSON.stringify(join(here, name))};`).join('\n'));
  const { resolve } = createRequire(join(root, user, 'package.json'));
  const react = ['react', 'react-dom'].map((name) => `--alias:${name}=${dirname(resolve(`${name}/package.json`))}`);
  esbuild(entry, ...FLAGS, ...react, '--external:granary', `--outfile=${join(directory, 'tests.js')}`);
  esbuild(join(here, 'server.tsx'), ...FLAGS, ...react, '--platform=neutral', '--main-fields=main', '--external:*/wasm_exec.js',
    `--alias:granary=${join(DIST, 'index.js')}`, `--outfile=${join(directory, 'server.mjs')}`);
  const pages = frameworkPages();
  const programs = join(directory, 'programs');
  for (const file of writePrograms(programs, pages)) compileComponents(pages, file);
  for (const { name } of pages) {
    esbuild(join(programs, name, 'page.tsx'), ...FLAGS, ...react, '--external:granary', '--loader:.svelte=js', '--conditions=browser',
      `--outfile=${join(directory, 'app/docs', name, 'page.js')}`);
  }
  copyFileSync(join(DIST, 'wasm_exec.js'), join(directory, 'wasm_exec.js'));
}

/** Writes, beside the program of a page, what Svelte makes of the components that it shows. */
function compileComponents(pages, program) {
  const { files } = pages.find(({ name }) => name === basename(dirname(program)));
  for (const [name, source] of Object.entries(files)) {
    writeFileSync(join(dirname(program), name), compile(source, { filename: name, dev: false }).js.code);
  }
}

async function onServer(directory) {
  console.log('\non a server');
  const wasm = readFileSync(join(DIST, 'granary-sdl.wasm'));
  const { tests } = await import(pathToFileURL(join(directory, 'server.mjs')));
  for (const [title, run] of Object.entries(tests)) {
    if (!title.includes(wanted)) continue;
    const error = await run(wasm).then(() => undefined, (cause) => cause.stack ?? String(cause));
    report({ title, error });
  }
}

async function onVersion(version, user) {
  console.log(`\nReact ${version}`);
  const directory = mkdtempSync(join(tmpdir(), 'granary-react-'));
  try {
    bundle(directory, user);
    const server = await serve(directory);
    const browser = await launch(join(directory, 'profile'), kind);
    try {
      await inPage(browser, server, { report, wanted });
    } finally {
      await browser.close();
      await server.close();
    }
    await onServer(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

await run(MOST_SECONDS, async () => {
  for (const [version, user] of Object.entries(VERSIONS)) await onVersion(version, user);
});
