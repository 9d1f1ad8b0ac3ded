import { GranaryProvider } from 'granary/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { keepForOffline } from './offline.js';
import { serverOfPage } from './server.js';
import { openBlog } from './store.js';
import './style.css';
import './post.css';
import './sync.css';

const root = createRoot(document.getElementById('root')!);

try {
  const server = serverOfPage();
  const { store, met } = await openBlog(server);
  root.render(<StrictMode><GranaryProvider store={store}><App store={store} met={met} /></GranaryProvider></StrictMode>);
  Object.assign(globalThis, { blog: store }); // for the console, and for the tests
  keepForOffline(store, server).catch((error: unknown) => console.warn('the page will not open without a network:', error));
} catch (error) {
  root.render(<p className="broken" role="alert">The blog cannot be opened: {error instanceof Error ? error.message : String(error)}</p>);
}
