// What the tests have a page do: keep notes in a store that syncs with one of the backends.

import { DataStore, type Remote, type Sync, type SyncOptions } from 'granary';
import { graphqlRemote } from '../graphql-client.js';
import { restRemote } from '../rest-client.js';

interface Note { readonly id: string; readonly text: string; readonly votes: number | null }
type Models = { Note: Note };
type Fields = Partial<Omit<Note, 'id'>>;

const kinds: Record<string, (url: string) => SyncOptions<Models>> = {
  granaryd: (url) => ({ url, token: 'open-sesame-at-once' }),
  protocol: (url) => ({ url, token: () => Promise.resolve('open-sesame-at-once') }),
  rest: (url) => restRemote(`${url}/notes`),
  graphql: (url): Remote => graphqlRemote(url),
};

let store: DataStore<Models>;
let sync: Sync<Models>;

const page = {
  async open(kind: string, url: string, name: string, schema: string, interval = 2000) {
    store = await DataStore.open<Models>({ name, schema, storage: 'indexeddb', sync: { ...kinds[kind]!(url), limit: 3, interval } });
    sync = await store.sync();
    await new Promise<void>((resolve) => {
      sync.watch().subscribe(({ ready }) => { if (ready) resolve(); });
    });
  },

  /** Makes and changes notes, in one commit. */
  async save(notes: Record<string, Fields>) {
    const { Note } = store.models;
    await store.transaction(async (tx) => {
      for (const [id, fields] of Object.entries(notes)) {
        const before = await tx.query(Note, id);
        await tx.save(before ? Note.copyOf(before, (draft) => { Object.assign(draft, fields); }) : new Note({ id, ...fields } as Note));
      }
    });
  },

  async remove(id: string) {
    await store.delete(store.models.Note, id);
  },

  synced: () => sync.syncNow(),
  pause: () => sync.pause(),
  status: () => sync.status(),
  rejected: () => sync.rejected(),
  drop: (id: string) => sync.drop(id),
  retry: (id: string, text: string) => sync.retry(id, sync.rejected().find((one) => one.id === id)!.ops.map((op) => ({ ...op, data: { ...op.data, text } }))),
  problems: async () => (await store.check()).problems,

  /** All notes, by their ids. */
  async notes() {
    const notes = await store.query(store.models.Note);
    return Object.fromEntries(notes.map(({ id, text, votes }) => [id, { text, votes }]).sort());
  },
};

export type Page = typeof page;
Object.assign(globalThis, { page });
