// Installs the packed package in a project of each bundler, builds it from scratch and
// opens it in Chromium. Usage: node test/bundlers/run.mjs [part of a title]
// web/dist must have been built with its types.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from '../../web/test/browser.mjs';
import { reporter } from '../../web/test/reporter.mjs';
import { gather, install, pack, root } from './install.mjs';
import { projects } from './projects.mjs';
import { serveFiles, serveScript } from './serve.mjs';

const MOST_SECONDS = 300;
const MOST_WAIT = 60_000; // milliseconds, for a page to show its notes

const wanted = process.argv[2] ?? '';
const env = {
  ...process.env, NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1', FORCE_COLOR: '0', BROWSER: 'none', CI: '1', npm_config_loglevel: 'error',
};
const { test, run, failed } = reporter();

/** Builds, serves and visits one project. */
async function works({ name, build, serve, site, files = [] }, { directory, tarball, browser }) {
  const project = join(directory, name);
  if (!existsSync(project)) install(name, directory, tarball);
  if (build) runScript(project, build);
  if (site) gather(project, join(project, site), files);
  const server = serve ? await serveScript(project, serve, env) : await serveFiles(join(project, site));
  try {
    await visit(browser, server.origin);
  } finally {
    await server.close();
  }
}

function runScript(project, script) {
  const { status, stdout, stderr } = spawnSync('npm', ['run', script], { cwd: project, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm run ${script} failed:\n${stdout}${stderr}`);
}

/** Opens the page twice: what the first visit saved, the second must read. */
async function visit(browser, origin) {
  const page = await browser.newPage();
  const faults = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.text().startsWith('granary:')) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('requestfailed', (request) => faults.push(`${request.url()}: ${request.failure()?.errorText}`));
  try {
    await page.goto(origin);
    assert.equal(await shown(page), 'notes: visit 1');
    await page.reload();
    assert.equal(await shown(page), 'notes: visit 1, visit 2');
    assert.deepEqual(faults, []);
  } catch (error) {
    throw faults.length === 0 ? error : new Error(`${error.message}\nthe page said:\n${faults.join('\n')}`, { cause: error });
  } finally {
    await page.close();
  }
}

async function shown(page) {
  await page.waitForSelector('body[data-outcome]', { timeout: MOST_WAIT });
  return page.$eval('body', (body) => `${body.dataset.outcome}: ${[...body.childNodes].at(-1).textContent}`);
}

/** On a server the package can be imported, and says in words that it cannot open a store there. */
function imported(directory, tarball) {
  const project = install('esbuild', join(directory, 'server'), tarball);
  const program = `
    const before = Object.keys(globalThis).join();
    const { DataStore } = await import('granary');
    if (Object.keys(globalThis).join() !== before) throw new Error('the import changed globalThis');
    const reason = await DataStore.open({ name: 'notes', schema: 'type Note @model { id: ID! }' }).catch(({ code }) => code);
    console.log(reason);
    process.exit();
  `;
  assert.equal(execFileSync('node', ['--input-type=module', '-e', program], { cwd: project, encoding: 'utf8' }), 'WASM\n');
}

async function main() {
  if (!existsSync(join(root, 'web/dist/index.d.ts'))) throw new Error("web/dist is not built with its types; run 'make build' first");
  const directory = join(root, 'build/bundlers');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const tarball = pack(directory);
  const browser = await launch(join(directory, 'profile'));
  try {
    for (const project of projects.filter(({ title }) => title.includes(wanted))) {
      await test(`${project.title}: opens a store, saves, and reads it after a reload`, () => works(project, { directory, tarball, browser }));
    }
    await test('Node: the import has no effect, and open fails with a code', () => imported(directory, tarball));
  } finally {
    await browser.close();
  }
  if (!failed()) rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }); // else it is there to be looked at
}

await run(MOST_SECONDS, main);
