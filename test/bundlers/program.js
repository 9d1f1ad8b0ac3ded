// What each project does with the package: it leaves one more note in a store that
// it makes at the first visit, and shows all notes. It opens two stores, so that
// both engines must be found: SDL wants the one, a compiled schema the other. It checks
// the one, so that what is loaded late must be found; and a third in a worker.

const sdl = `
  type Note @model {
    id: ID!
    text: String!
  }
`;

/**
 * Shows the notes, or why there are none. `wasm` and `sdlWasm` are the addresses of
 * the engines and `host` makes the worker, for a bundler that does not find them by itself.
 *
 * @param {typeof import('granary').DataStore} DataStore
 * @param {{ wasm?: string, sdlWasm?: string, host?: () => Worker }} [engines]
 */
export async function leaveNote(DataStore, engines = {}) {
  try {
    show('notes', (await notes(DataStore, engines)).join(', '));
  } catch (error) {
    show('failed', error instanceof Error ? error.stack ?? error.message : String(error));
  }
}

/** @type {(DataStore: typeof import('granary').DataStore, engines: { wasm?: string, sdlWasm?: string, host?: () => Worker }) => Promise<unknown[]>} */
async function notes(DataStore, { wasm, sdlWasm, host }) {
  const kept = await DataStore.open({ name: 'notes', schema: sdl, wasm: sdlWasm });
  const { Note } = kept.models;
  await kept.save(new Note({ text: `visit ${(await kept.count(Note)) + 1}` }));
  const { problems } = await kept.check();
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const all = await kept.query(Note, (note) => note.text.beginsWith('visit'));

  const copies = await DataStore.open({ name: 'copies', schema: kept.schema, storage: 'memory', wasm });
  const { Note: Copy } = copies.models;
  await copies.saveAll(all.map(({ text }) => new Copy({ text })));
  const texts = (await copies.query(Copy)).map(({ text }) => text);
  await copies.close();

  const beside = await DataStore.open({ name: 'beside', schema: kept.schema, storage: 'memory', wasm, host: host ?? 'worker' });
  const { host: place } = await beside.stats();
  if (place !== 'worker') throw new Error(`the engine runs in the ${place}`);
  await beside.close();
  return texts;
}

/** @type {(outcome: string, text: string) => void} */
function show(outcome, text) {
  document.body.dataset['outcome'] = outcome;
  document.body.append(text);
}
