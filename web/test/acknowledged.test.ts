import { expect } from 'chai';
import { type RejectedMutation, type SyncOptions } from 'granary';
import { Backend } from './sync-backend.js';
import { closeStores, fails, freshName, openStore, until } from './support.js';

const NOTES = `
  type Note @model { id: ID! text: String! comments: [Comment] @hasMany }
  type Comment @model(timestamps: null) { thread: ID! @primaryKey(sortKeyFields: ["number"]) number: Int! text: String note: Note @belongsTo }
`;
interface Note { readonly id: string; readonly text: string }
interface Comment { readonly thread: string; readonly number: number; readonly text: string | null }
type Notes = { Note: Note; Comment: Comment };

async function syncs(backend: Backend, more: { name?: string; storage?: 'indexeddb' } = {}) {
  const store = await openStore<Notes>(NOTES, { ...more, sync: { pull: backend.pull, push: backend.push, interval: 100_000 } as SyncOptions<Notes> });
  const sync = await store.sync();
  return { store, sync, ...store.models };
}

/** What becomes of a promise, to be looked at while it is open. */
function watched(promise: Promise<void>) {
  const seen = { state: 'open', promise };
  promise.then(() => { seen.state = 'resolved'; }, () => { seen.state = 'rejected'; });
  return seen;
}

describe('acknowledged', () => {
  afterEach(closeStores);

  it('waits until the server has taken what a verb returned, and no longer', async () => {
    const backend = new Backend();
    const { store, sync, Note, Comment } = await syncs(backend);
    await sync.whenSynced();
    sync.pause();
    const saving = store.save(new Note({ id: 'n', text: 'one' }));
    const writes = [
      sync.acknowledged(saving),
      sync.acknowledged(await saving),
      sync.acknowledged(store.saveAll([new Comment({ thread: 't', number: 1 }), new Comment({ thread: 't', number: 2 })])),
      sync.acknowledged(store.saveAll(Note, [{ text: 'a' }, { text: 'b' }])), // resolves with a number
      sync.acknowledged(store.transaction(async (tx) => tx.save(new Note({ id: 'tx', text: 'in a transaction' })))),
      sync.acknowledged(store.transaction(async (tx) => void await tx.save(new Note({ text: 'and nothing' })))),
      sync.acknowledged(),
    ].map(watched);
    await until('all is in the outbox', () => sync.status().pending === 5);
    const [comment] = await store.query(Comment);
    expect(writes.map(({ state }) => state)).to.deep.equal(writes.map(() => 'open'));
    expect(backend.pushes).to.have.length(0);

    sync.resume();
    await Promise.all(writes.map(({ promise }) => promise));
    expect(sync.status().pending).to.equal(0);
    expect(backend.data('Comment', ['t', 2])).to.include({ number: 2 });
    expect(backend.data('Note', 'tx')).to.include({ text: 'in a transaction' });

    await sync.acknowledged(comment); // there is nothing under way
    await sync.acknowledged(store.delete(comment!));
    expect(backend.rows.get(JSON.stringify(['Comment', ['t', 1]]))).to.include({ deleted: true });
    await sync.acknowledged(store.delete(Note, (note) => note.text.eq('nobody')));
  });

  it('does not wait for what others wrote, or for what comes behind', async () => {
    const backend = new Backend();
    const { store, sync, Note } = await syncs(backend);
    await sync.whenSynced();
    let release = () => {};
    const first = await store.save(new Note({ id: 'first', text: 'one' }));
    backend.before = (call) => (call === 'push' && backend.pushes.length > 1 ? new Promise<void>((resolve) => { release = resolve; }) : undefined);
    await sync.acknowledged(first);
    const held = watched(sync.acknowledged(store.save(new Note({ id: 'second', text: 'two' }))));
    await until('the server has it', () => backend.pushes.length === 2);
    await sync.acknowledged(first);
    expect(held.state).to.equal('open');
    release();
    await held.promise;
  });

  it('rejects with what the server said', async () => {
    const backend = new Backend();
    const { store, sync, Note } = await syncs(backend);
    const good = sync.acknowledged(store.save(new Note({ id: 'good', text: 'good' })));
    const error = await fails('REJECTED', /says something bad/, () => sync.acknowledged(store.save(new Note({ id: 'bad', text: 'bad' }))));
    await good;
    expect(error.field).to.equal('text');
    const { code, ops, id } = error.details as RejectedMutation;
    expect({ code, ops: ops.map(({ op, id }) => [op, id]) }).to.deep.equal({ code: 'forbidden', ops: [['create', 'bad']] });
    expect(sync.rejected().map((rejected) => rejected.id)).to.deep.equal([id]);

    await sync.change({ conflict: 'serverWins' });
    const note = (await store.query(Note, 'good'))!;
    backend.write('Note', 'good', { text: 'theirs' });
    const lost = await fails('REJECTED', /others have changed/, () => sync.acknowledged(store.save(Note.copyOf(note, (draft) => { draft.text = 'mine'; }))));
    expect((lost.details as RejectedMutation).code).to.equal('CONFLICT');
    const mine = await store.query(Note, 'good');
    await sync.acknowledged(mine!); // it is as the server has it

    await sync.acknowledged(store.save(new Note({ id: 'bad', text: 'better' })));
    await fails('INVALID', /text/, () => sync.acknowledged(store.save(Note.copyOf(note, (draft) => { draft.text = null as never; }))));
  });

  it('rejects what was refused before anybody asked, while that is in the box', async () => {
    const backend = new Backend();
    const { store, sync, Note } = await syncs(backend);
    const bad = await store.save(new Note({ id: 'bad', text: 'bad' }));
    await sync.whenSynced();
    await fails('REJECTED', /says something bad/, () => sync.acknowledged(bad));
    const better = await store.save(new Note({ id: 'bad', text: 'better' }));
    await sync.whenSynced();
    await sync.acknowledged(better); // that was another change
    await fails('REJECTED', /says something bad/, () => sync.acknowledged(bad));
    await sync.drop(sync.rejected()[0]!.id);
    await sync.acknowledged(bad);
  });

  it('hears of it in a tab that does not sync', async () => {
    const backend = new Backend();
    const name = freshName();
    const first = await syncs(backend, { name, storage: 'indexeddb' });
    await first.sync.whenSynced();
    const second = await syncs(backend, { name, storage: 'indexeddb' });
    await until('one of them syncs', () => second.sync.status().phase === 'waiting');
    await second.sync.acknowledged(second.store.save(new second.Note({ id: 'n', text: 'by the other' })));
    expect(backend.data('Note', 'n')).to.include({ text: 'by the other' });
    await fails('REJECTED', /bad/, () => second.sync.acknowledged(second.store.save(new second.Note({ text: 'bad' }))));
    expect(first.sync.rejected()).to.have.length(1);
  });

  it('ends when it is aborted, and when the store is closed', async () => {
    const backend = new Backend();
    const { store, sync, Note } = await syncs(backend);
    await sync.whenSynced();
    sync.pause();
    const note = await store.save(new Note({ text: 'waits' }));
    const controller = new AbortController();
    const aborted = sync.acknowledged(note, { signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await aborted.catch((error: unknown) => error)).to.equal(reason);
    expect(await sync.acknowledged(note, { signal: controller.signal }).catch((error: unknown) => error)).to.equal(reason);
    expect(sync.status().pending, 'it is still to be sent').to.equal(1);

    await fails('INVALID', /expects a record/, () => sync.acknowledged({ id: 'none' }));
    await fails('INVALID', /AbortSignal/, () => sync.acknowledged(note, { signal: {} as AbortSignal }));
    const open = sync.acknowledged(note);
    const stopped = sync.acknowledged();
    await sync.stop();
    await store.close();
    for (const promise of [open, stopped]) await fails('CLOSED', /closed/, () => promise);
    await fails('CLOSED', /closed/, () => sync.acknowledged(note));
  });
});
