// Serves the built package, the tests, and answers that go wrong on purpose.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { agentOf, answerAgent, withAgent } from './agent.mjs';

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

/** In the page: tells the server all that happens, in order, through the fetch of before the tests. */
const TELL = `
  const tell = ((load) => {
    let told = Promise.resolve();
    return (kind, what) => (told = told.then(() => load('/report', { method: 'POST', body: JSON.stringify({ kind, ...what }) })));
  })(fetch.bind(globalThis));
  const text = (error) => (error.stack?.includes(error.message) ? error.stack : [error, error.stack].join('\\n'));
  addEventListener('error', (event) => setTimeout(() => { // when a test had its say whether it expected that
    const { defaultPrevented, error, message } = event;
    if (!defaultPrevented) tell('fault', { text: error ? text(error) : message });
  }));
  addEventListener('unhandledrejection', ({ reason }) => tell('fault', { text: text(Object(reason)) }));`;

const RUNNER = /* HTML */ `<!doctype html>
  <meta charset="utf-8" />
  <link rel="icon" href="data:," />
  <script type="importmap">{ "imports": { "granary": "/granary.js" } }</script>
  <script src="/tell.js"></script>
  <script src="/mocha.js"></script>
  <script src="/dist/wasm_exec.js"></script>
  <script>
    console.error = ((log) => (...values) => {
      log(...values);
      tell('log', { text: values.join(' ') });
    })(console.error.bind(console));
    mocha.setup({
      ui: 'bdd',
      timeout: 180000,
      reporter: function (runner) {
        const end = (test, error) => tell('test', { title: test.title, milliseconds: test.duration, error: error && text(error) });
        runner.on('suite', (suite) => suite.title && tell('suite', { title: suite.title }));
        runner.on('pass', (test) => end(test));
        runner.on('fail', (test, error) => end(test, error));
      },
    });
  </script>
  <script type="module">
    try {
      await import('/tests.js');
      const search = new URLSearchParams(location.search);
      const grep = search.get('grep');
      if (grep) mocha.fgrep(grep);
      if (search.get('host') === 'worker') {
        const { PAGE_ONLY } = await import('/page-only.mjs');
        const met = new Set();
        const leave = (suite) => {
          suite.tests = suite.tests.filter(({ title }) => {
            const one = PAGE_ONLY.find(([part]) => title.includes(part));
            if (one) met.add(one);
            return !one;
          });
          suite.suites.forEach(leave);
        };
        leave(mocha.suite);
        for (const one of PAGE_ONLY) if (!met.has(one)) tell('test', { title: 'page-only.mjs names tests that there are', error: one[0] });
      }
      mocha.run(() => tell('end'));
    } catch (error) {
      tell('test', { title: 'the tests were loaded', error: text(error) });
      tell('end');
    }
  </script>`;

/** The package as the tests import it: DataStore.open has the engine where the tests are run with it, unless a test says where. */
const HOSTED = `
  export * from '/dist/index.js';
  import { DataStore } from '/dist/index.js';
  const host = new URLSearchParams(location.search).get('host');
  const open = DataStore.open.bind(DataStore);
  if (host) DataStore.open = (options) => open(Object(options) === options ? { host, ...options } : options);`;

/** The worker of the package, which crashes in one way or another when it is told to. */
const CRASHING = `
  import '/dist/wasm_exec.js';
  import '/dist/worker.js';
  let running;
  globalThis.Go = class extends Go {
    constructor() {
      super();
      running = this;
    }
  };
  const crashes = {
    panic: () => running._inst.exports.granary_save(1, 1, 0x7fff_ffff),
    memory: () => new Uint8Array(running._inst.exports.mem.buffer).fill(0xff),
    script: () => setTimeout(() => { throw new Error('planted'); }),
  };
  new BroadcastChannel('crash').onmessage = ({ data }) => crashes[data]();`;

/** Pages of outside.mjs: a module page, and one with plain scripts. `?csp` sends a strict policy with it. */
const PAGES = {
  '/empty': '<!doctype html><link rel="icon" href="data:," />',
  '/module': `<!doctype html><link rel="icon" href="data:," /><script type="module" src="/module.js"></script>`,
  '/module.js': `import * as Granary from '/dist/index.js'; globalThis.Granary = Granary;`,
  '/app': `<!doctype html><link rel="icon" href="data:," /><script type="module" src="/app/app.js"></script>`,
  '/harsh': `<!doctype html><link rel="icon" href="data:," /><script type="module" src="/harsh/page.mjs"></script>`,
  '/script': `<!doctype html><link rel="icon" href="data:," /><script src="/dist/wasm_exec.js"></script><script src="/dist/granary.js"></script>`,
  '/script-without-go': `<!doctype html><link rel="icon" href="data:," /><script src="/dist/granary.js"></script>`,
};

/** Policies of pages, all of which have the empty icon. */
const POLICIES = {
  strict: "default-src 'none'; img-src data:; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
  workerless: "default-src 'none'; img-src data:; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'none'",
  forbidding: "default-src 'none'; img-src data:; script-src 'self'; connect-src 'self'",
};

/** Starts the server on a free port. It has the files of a directory, and more by their addresses. */
export async function serve(directory, more = {}) {
  const failedOnce = new Set();
  const missing = new Set();
  let heard = () => {};
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

  const answer = async ({ pathname, search }, body) => {
    if (pathname === '/report') {
      heard(JSON.parse(body));
      return [204, 'text/plain', ''];
    }
    if (missing.has(pathname)) return faults.missing();
    const told = answerAgent(pathname, body);
    if (told) return told;
    if (Object.hasOwn(more, pathname)) return [200, TYPES[extname(pathname) || '.html'], more[pathname]];
    if (pathname === '/tell.js') return [200, TYPES['.js'], TELL];
    if (pathname === '/crashing-worker.js') return [200, TYPES['.js'], CRASHING];
    if (pathname === '/granary.js') return [200, TYPES['.js'], HOSTED];
    if (pathname === '/test') return [200, TYPES['.html'], RUNNER];
    if (pathname in PAGES) return [200, TYPES[extname(pathname) || '.html'], PAGES[pathname]];
    const [, area, fault] = pathname.split('/');
    if (area === 'fault' && Object.hasOwn(faults, fault)) return faults[fault](search);
    const file =
      pathname === '/mocha.js' ? join(root, 'node_modules/mocha/mocha.js')
      : pathname.startsWith('/app/') && pathname.endsWith('.js') ? join(directory, normalize(pathname))
      : pathname.startsWith('/app/') ? join(root, 'web/dist', normalize(pathname.slice('/app'.length)))
      : pathname.startsWith('/harsh/') ? join(root, 'web/test', normalize(pathname))
      : pathname === '/page-only.mjs' ? join(root, 'web/test/page-only.mjs')
      : pathname === '/tests.js' ? join(directory, 'tests.js')
      : pathname.startsWith('/dist/') ? join(root, 'web/dist', normalize(pathname.slice('/dist'.length)))
      : undefined;
    if (!file) return faults.missing();
    return [200, TYPES[extname(file)] ?? 'application/octet-stream', await readFile(file)];
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    const [status, type, content] = await answer(url, await text(request)).catch(() => faults.missing());
    const agent = agentOf(url, request.headers.referer);
    const policy = POLICIES[url.searchParams.get('csp')];
    response.writeHead(status, {
      'content-type': type, 'cache-control': 'no-store', ...(policy ? { 'content-security-policy': policy } : {}),
    });
    response.end(agent && type === TYPES['.html'] ? withAgent(content, agent) : content);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    /** The addresses of files that are not there for now. */
    missing,
    /** Calls with each report of the tests in a page. */
    hear: (listener) => (heard = listener),
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}
