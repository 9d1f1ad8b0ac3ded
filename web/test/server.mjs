// Serves the built package, the tests, and answers that go wrong on purpose.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory of the repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
  '.wasm': 'application/wasm',
};
const HTML = '<!doctype html>\n<title>app</title><div id="root"></div>';
const EMPTY_WASM = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

const RUNNER = /* HTML */ `<!doctype html>
  <meta charset="utf-8" />
  <link rel="icon" href="data:," />
  <script type="importmap">{ "imports": { "granary": "/dist/index.js" } }</script>
  <script src="/mocha.js"></script>
  <script src="/dist/wasm_exec.js"></script>
  <script>
    const depth = (suite) => (suite.parent ? depth(suite.parent) + 1 : 0);
    mocha.setup({
      ui: 'bdd',
      timeout: 60000,
      reporter: function (runner) {
        const end = (test, error) =>
          reportTest({ title: test.title, milliseconds: test.duration, error: error && (error.stack || String(error)) });
        runner.on('suite', (suite) => suite.title && reportSuite(suite.title));
        runner.on('pass', (test) => end(test));
        runner.on('fail', (test, error) => end(test, error));
      },
    });
  </script>
  <script type="module">
    try {
      await import('/tests.js');
      const grep = new URLSearchParams(location.search).get('grep');
      if (grep) mocha.fgrep(grep);
      mocha.run(() => reportEnd());
    } catch (error) {
      await reportTest({ title: 'the tests were loaded', error: error.stack });
      await reportEnd();
    }
  </script>`;

/** Pages of outside.mjs: a module page, and one with plain scripts. `?csp` sends a strict policy with it. */
const PAGES = {
  '/module': `<!doctype html><link rel="icon" href="data:," /><script type="module" src="/module.js"></script>`,
  '/module.js': `import * as Granary from '/dist/index.js'; globalThis.Granary = Granary;`,
  '/app': `<!doctype html><link rel="icon" href="data:," /><script type="module" src="/app/app.js"></script>`,
  '/harsh': `<!doctype html><link rel="icon" href="data:," /><script type="module" src="/harsh/page.mjs"></script>`,
  '/script': `<!doctype html><script src="/dist/wasm_exec.js"></script><script src="/dist/granary.js"></script>`,
  '/script-without-go': `<!doctype html><script src="/dist/granary.js"></script>`,
};

const POLICIES = {
  strict: "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
  forbidding: "default-src 'none'; script-src 'self'; connect-src 'self'",
};

/** Starts the server on a free port. */
export async function serve(directory) {
  const failedOnce = new Set();
  const wasm = () => readFile(join(root, 'web/dist/granary-sdl.wasm'));

  /** What each kind of fault answers instead of the engine. */
  const faults = {
    html: () => [200, 'text/html', HTML],
    'html-as-wasm': () => [200, 'application/wasm', HTML],
    missing: () => [404, 'text/plain', 'not found'],
    garbage: () => [200, 'application/wasm+x', Buffer.alloc(1000, 'g')],
    cut: async () => [200, 'application/wasm', (await wasm()).subarray(0, 100_000)],
    other: () => [200, 'application/wasm', EMPTY_WASM],
    type: async () => [200, 'application/octet-stream', await wasm()],
    once: async (search) => {
      if (failedOnce.has(search)) return [200, 'application/wasm', await wasm()];
      failedOnce.add(search);
      return [503, 'text/plain', 'not now'];
    },
  };

  const answer = async ({ pathname, search }) => {
    if (pathname === '/test') return [200, TYPES['.html'], RUNNER];
    if (pathname in PAGES) return [200, TYPES[extname(pathname) || '.html'], PAGES[pathname]];
    const [, area, fault] = pathname.split('/');
    if (area === 'fault' && Object.hasOwn(faults, fault)) return faults[fault](search);
    const file =
      pathname === '/mocha.js' ? join(root, 'node_modules/mocha/mocha.js')
      : pathname.startsWith('/app/') && pathname.endsWith('.js') ? join(directory, normalize(pathname))
      : pathname.startsWith('/app/') ? join(root, 'web/dist', normalize(pathname.slice('/app'.length)))
      : pathname.startsWith('/harsh/') ? join(root, 'web/test', normalize(pathname))
      : pathname === '/tests.js' ? join(directory, 'tests.js')
      : pathname.startsWith('/dist/') ? join(root, 'web/dist', normalize(pathname.slice('/dist'.length)))
      : undefined;
    if (!file) return faults.missing();
    return [200, TYPES[extname(file)] ?? 'application/octet-stream', await readFile(file)];
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    const [status, type, body] = await answer(url).catch(() => faults.missing());
    const policy = POLICIES[url.searchParams.get('csp')];
    response.writeHead(status, {
      'content-type': type, 'cache-control': 'no-store', ...(policy ? { 'content-security-policy': policy } : {}),
    });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}
