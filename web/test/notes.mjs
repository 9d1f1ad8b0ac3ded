// The store of notes and tags that pages in tests from outside open, and what they do in it.

export const SDL = 'type Note @model { id: ID! text: String! tags: [Tag] @hasMany } type Tag @model { id: ID! name: String note: Note @belongsTo }';

/** In the page: opens a store, saves a note, and tells its id. */
export async function write({ name, sdl, storage }) {
  const { DataStore } = globalThis.Granary;
  const store = await DataStore.open({ name, schema: sdl, storage });
  const note = await DataStore.save(new store.models.Note({ text: 'kept' }));
  await DataStore.save(new store.models.Tag({ name: 'first', note }));
  return note.id;
}

/** In the page: reads the notes with their tags, and checks the store. */
export async function read({ name, sdl, storage }) {
  const { DataStore } = globalThis.Granary;
  const store = await DataStore.open({ name, schema: sdl, storage });
  const notes = await DataStore.query(store.models.Note);
  const tags = await Promise.all(notes.map((note) => note.tags.toArray()));
  const { problems } = await store.check();
  return { notes: notes.map((n) => n.id), tags: tags.map((t) => t.map((tag) => tag.name)), problems };
}

/** In the page: the code and message of what opening a store rejects with. */
export async function failure(options) {
  try {
    await globalThis.Granary.DataStore.open(options);
  } catch (error) {
    return { code: error.code, message: error.message };
  }
  return { code: 'none', message: 'it opened' };
}

/** What opens the store of a name. */
export const store = (name) => ({ name, sdl: SDL, storage: 'indexeddb' });
