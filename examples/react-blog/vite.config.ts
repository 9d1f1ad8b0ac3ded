import react from '@vitejs/plugin-react';
import { defineConfig, type HtmlTagDescriptor, type Plugin } from 'vite';

/** Where the blog syncs: a path of its own origin, as /sync, or an address elsewhere. Without it the blog is kept in the browser alone. */
const SYNC = process.env['BLOG_SYNC'] ?? '';
const ELSEWHERE = SYNC && !SYNC.startsWith('/') ? ` ${new URL(SYNC).origin}` : '';

const POLICY =
  `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'${ELSEWHERE}; img-src 'self' data:; ` +
  "worker-src 'self'; base-uri 'none'; form-action 'none'";

const meta = (attrs: Record<string, string>): HtmlTagDescriptor => ({ tag: 'meta', attrs, injectTo: 'head-prepend' });

/** Tells the page of its server. */
const server: Plugin = {
  name: 'server',
  transformIndexHtml: () => (SYNC ? [meta({ name: 'sync', content: SYNC })] : []),
};

/** Puts a strict policy into the page that is built. Vite's development server needs inline scripts. */
const policy: Plugin = {
  name: 'policy',
  apply: 'build',
  transformIndexHtml: () => [meta({ 'http-equiv': 'Content-Security-Policy', content: POLICY })],
};

export default defineConfig({
  plugins: [react(), server, policy],
  build: { assetsInlineLimit: 0 },
  server: { proxy: SYNC.startsWith('/') ? { [SYNC]: 'http://127.0.0.1:8787' } : {} },
});
