/** The build of the server renderer that needs nothing of Node; its types are those of the other. */
declare module 'react-dom/server.browser' {
  export { renderToString } from 'react-dom/server';
}
