// The page's program: opens the store, fills it on the first visit, shows it.

import { DataStore } from 'granary';
import { AtlasPage } from './atlas.js';
import { byId, counted, full } from './dom.js';
import { importWorld, isComplete } from './import.js';
import { WorldMap } from './map.js';
import { confirmed, say, tell } from './notice.js';
import { showStanding } from './standing.js';
import { DATABASE, openAtlas, type Atlas } from './store.js';
import { Timings } from './timings.js';

const timings = new Timings();
const map = new WorldMap({ chosen: (city) => void page.openCity(city).catch(tell) });
const page = new AtlasPage(map, timings);

/** Opens the store and shows what it holds. */
async function start(): Promise<void> {
  page.store = await timings.measure('open', openAtlas, ({ storage }) => `from ${storage === 'indexeddb' ? 'IndexedDB' : 'memory'}`);
  Object.assign(globalThis, { atlas: page.store }); // for whoever opens the console
  showStanding(page.store);
  await show(page.store);
}

/** Shows the world; imports first what is missing of it. */
async function show(store: Atlas): Promise<void> {
  if (!(await isComplete(store))) await fill(store);
  document.body.dataset['state'] = 'ready';
  await page.begin();
  document.body.dataset['state'] = 'shown';
}

async function fill(store: Atlas): Promise<void> {
  const bar = byId<HTMLProgressElement>('progress');
  const text = byId('progress-text');
  document.body.dataset['state'] = 'importing';
  bar.removeAttribute('value');
  byId('said-import').textContent = 'under way';
  const { records, milliseconds } = await importWorld(store, {
    fetching: () => (text.textContent = 'Fetching the world, 2 MB. Only this once.'),
    async ground() {
      map.setCountries(await store.query(store.models.Country));
    },
    cities(done, total, latest) {
      bar.max = total;
      bar.value = done;
      text.textContent = `${full(done)} of ${full(total)} cities`;
      map.add(latest);
    },
  });
  timings.show('import', milliseconds, `${counted(records, 'record', 'records')}, durable`);
}

async function startOver(): Promise<void> {
  const asked = await confirmed('Start over?', 'All records are deleted, with your changes, and imported again.', 'Start over');
  if (!asked) return;
  page.leave();
  map.empty();
  if (!page.store) return start();
  page.stop();
  await page.store.clear();
  await show(page.store);
}

async function deleteDatabase(): Promise<void> {
  const asked = await confirmed('Delete the database?', 'Nothing of the atlas stays in this browser.', 'Delete the database');
  if (!asked) return;
  const store = page.store;
  page.leave();
  page.stop();
  page.store = undefined;
  await store?.close();
  await DataStore.destroy(DATABASE);
  map.empty();
  await timings.stats(undefined);
  document.body.dataset['state'] = 'deleted';
  say('The database is deleted.');
}

const ACTIONS = ['start-over', 'delete-database', 'import-again'].map((id) => byId<HTMLButtonElement>(id));

/** Does one thing at a time: while it lasts, the buttons that begin another are off. */
async function alone(work: () => Promise<void>): Promise<void> {
  for (const button of ACTIONS) button.disabled = true;
  try {
    await work();
  } catch (error) {
    if (document.body.dataset['state'] !== 'shown') document.body.dataset['state'] = 'failed';
    tell(error);
  } finally {
    for (const button of ACTIONS) button.disabled = false;
  }
}

byId('start-over').addEventListener('click', () => void alone(startOver));
byId('delete-database').addEventListener('click', () => void alone(deleteDatabase));
byId('import-again').addEventListener('click', () => void alone(start));
void alone(start);
