// The projects, and how each is built and served.

/** What the pages of a built project may load, where its tool leaves that to the server. */
export const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src data:; base-uri 'none'";

/**
 * `build` and `serve` are scripts of the project's package.json. A project without
 * `serve` is served as files from `site` under the strict policy. `files` are copied
 * there: from the project, or, as `granary/…`, from the installed package.
 */
export const projects = [
  { title: 'Vite, built', name: 'vite', build: 'build', site: 'dist' },
  { title: 'Vite, in development', name: 'vite', serve: 'dev' },
  { title: 'webpack 5', name: 'webpack', build: 'build', site: 'dist', files: ['index.html'] },
  { title: 'esbuild', name: 'esbuild', build: 'build', site: 'dist', files: ['index.html'] },
  { title: 'Next.js', name: 'next', build: 'build', serve: 'start' },
  {
    title: 'a plain page with script tags', name: 'plain', site: 'dist',
    files: ['index.html', 'main.js', 'src/program.js', 'granary/granary.js', 'granary/late.js', 'granary/worker.js', 'granary/wasm_exec.js', 'granary/granary.wasm', 'granary/granary-sdl.wasm'],
  },
];
