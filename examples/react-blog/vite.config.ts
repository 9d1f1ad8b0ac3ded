import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "worker-src 'self'; base-uri 'none'; form-action 'none'";

/** Puts a strict policy into the page that is built. Vite's development server needs inline scripts. */
const policy: Plugin = {
  name: 'policy',
  apply: 'build',
  transformIndexHtml: () => [
    { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY }, injectTo: 'head-prepend' },
  ],
};

export default defineConfig({ plugins: [react(), policy], build: { assetsInlineLimit: 0 } });
