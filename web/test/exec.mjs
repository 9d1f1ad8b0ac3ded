// Runs a program that Go made for js/wasm in a page, as its arguments say, and
// ends with its exit code. It is what -exec of go test takes:
//   GOOS=js GOARCH=wasm go test -exec 'node web/test/exec.mjs -b firefox' ./idb

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from './browser.mjs';
import { whileOpen } from './in-page.mjs';
import { serve } from './server.mjs';

const [, , , kind, program, ...args] = process.argv;

/** The page; `tell` and `text` are the server's. */
const page = (programArgs) => /* HTML */ `<!doctype html>
  <link rel="icon" href="data:," />
  <script src="/tell.js"></script>
  <script src="/wasm_exec.js"></script>
  <script>
    const decoder = new TextDecoder();
    const write = (bytes) => {
      tell('output', { text: decoder.decode(bytes, { stream: true }) });
      return bytes.length;
    };
    fs.writeSync = (descriptor, bytes) => write(bytes);
    const go = new Go();
    go.argv = ${JSON.stringify(programArgs).replaceAll('<', '\\u003c')};
    go.exit = (code) => tell('end', { code });
    WebAssembly.instantiateStreaming(fetch('/program.wasm'), go.importObject)
      .then(({ instance }) => go.run(instance))
      .catch((error) => {
        tell('output', { text: text(error) + '\\n' });
        tell('end', { code: 2 });
      });
  </script>`;

async function main(directory) {
  const goRoot = execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim();
  const server = await serve(directory, {
    '/program': page([program, ...args]),
    '/wasm_exec.js': readFileSync(join(goRoot, 'lib/wasm/wasm_exec.js')),
    '/program.wasm': readFileSync(program),
  });
  const browser = await launch(join(directory, 'profile'), kind);
  try {
    const ended = new Promise((end) => {
      const on = {
        output: ({ text }) => process.stdout.write(text),
        fault: ({ text }) => process.stdout.write(`the page has an uncaught error: ${text}\n`),
        end({ code }) {
          on.fault = () => {}; // timers of the program that has ended find it gone
          end(code);
        },
      };
      server.hear(({ kind: what, ...how }) => on[what](how));
    });
    return await whileOpen(browser, `${server.origin}/program`, ended);
  } finally {
    await browser.close();
    await server.close();
  }
}

const directory = mkdtempSync(join(tmpdir(), 'granary-exec-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
process.exit(await main(directory).catch((error) => {
  console.log(error.stack);
  return 2;
}));
