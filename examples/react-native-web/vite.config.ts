import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

// React Native Web keeps its rules in a style element that it adds empty, and fills
// through the object model, which a policy does not concern. So the one thing inline
// that has to be allowed is the empty text: this is its hash.
const EMPTY = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

const POLICY =
  `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' ${EMPTY}; connect-src 'self'; img-src 'self' data:; ` +
  "base-uri 'none'; form-action 'none'";

/** Puts a strict policy into the page that is built. Vite's development server needs inline scripts. */
const policy: Plugin = {
  name: 'policy',
  apply: 'build',
  transformIndexHtml: () => [
    { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY }, injectTo: 'head-prepend' },
  ],
};

export default defineConfig({
  plugins: [react(), policy],
  resolve: { alias: { 'react-native': 'react-native-web' } },
  build: { assetsInlineLimit: 0 },
});
