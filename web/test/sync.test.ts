import { expect } from 'chai';
import { DataStore, type Conflict, type Remote, type Resolution, type Sync, type SyncEvent, type SyncOptions, type SyncState } from 'granary';
import { Backend } from './sync-backend.js';
import { closeStores, fails, freshName, openStore, until } from './support.js';

const NOTES = `
  type Note @model { id: ID! text: String! votes: Int comments: [Comment] @hasMany }
  type Comment @model { id: ID! text: String! note: Note @belongsTo }
`;
interface Note { readonly id: string; readonly text: string; readonly votes: number | null }
interface Comment { readonly id: string; readonly text: string }
type Notes = { Note: Note; Comment: Comment };

/** Opens a store that syncs with a backend. */
async function syncs(backend: Remote, more: Partial<SyncOptions<Notes>> = {}, name = freshName()) {
  const store = await openStore<Notes>(NOTES, { name, sync: { pull: backend.pull, push: backend.push, ...more } as SyncOptions<Notes> });
  return { store, sync: await store.sync(), ...store.models };
}

/** What a sync tells until the test ends. */
function heard(sync: Sync): SyncEvent[] {
  const events: SyncEvent[] = [];
  sync.events().subscribe((event) => events.push(event));
  return events;
}

const phase = (sync: Sync, wanted: SyncState['phase']) => until(`phase ${wanted}`, () => sync.status().phase === wanted);

describe('sync with functions of the app', () => {
  afterEach(closeStores);

  it('pushes what is changed here and pulls what others have changed', async () => {
    const backend = new Backend();
    backend.write('Note', 'theirs', { id: 'theirs', text: 'from the server' });
    const store = await openStore<Notes>(NOTES);
    const sync = await store.sync({ pull: backend.pull, push: backend.push });
    const { Note, Comment } = store.models;
    const events = heard(sync); // of all, as it begins now
    const note = await store.save(new Note({ id: 'n', text: 'mine' }));
    await store.save(new Comment({ id: 'c', text: 'first', note } as never));
    await store.save(Note.copyOf(note, (draft) => { draft.votes = 3; }));
    await sync.whenSynced();

    expect(backend.data('Note', 'n')).to.include({ id: 'n', text: 'mine', votes: 3 });
    expect(backend.data('Comment', 'c')).to.include({ text: 'first', noteCommentsId: 'n' });
    expect(await store.query(Note, 'theirs')).to.include({ text: 'from the server' });
    await phase(sync, 'idle');
    expect(sync.status()).to.include({ leader: true, ready: true, pending: 0, rejected: 0, retries: 0 });
    expect(sync.status().models.map(({ model, mode, synced, pending }) => ({ model, mode, synced, pending }))).to.deep.equal([
      { model: 'Note', mode: 'full', synced: true, pending: 0 }, { model: 'Comment', mode: 'full', synced: true, pending: 0 },
    ]);
    for (const type of ['outboxStatus', 'phase'] as const) expect(events.map((event) => event.type)).to.include(type);

    await store.delete(note);
    await sync.syncNow();
    for (const [model, id] of [['Note', 'n'], ['Comment', 'c']] as const) {
      expect(backend.rows.get(JSON.stringify([model, id])), `${model} ${id}`).to.include({ deleted: true });
    }
    const ops = backend.pushes.at(-1)!.mutations[0]!.ops;
    expect(ops.map(({ op, model }) => `${op} ${model}`), 'one mutation, what belongs to it first').to.deep.equal(['delete Comment', 'delete Note']);
    expect(new Set(backend.pushes.flatMap((p) => p.mutations.map((m) => m.id))).size).to.equal(backend.pushes.flatMap((p) => p.mutations).length);
  });

  it('says how it goes, of a store and of the one that was opened last', async () => {
    const alone = await openStore<Notes>(NOTES);
    expect(await alone.status()).to.equal(undefined);
    const { store, sync, Note } = await syncs(new Backend());
    sync.pause();
    await store.save(new Note({ text: 'waits' }));
    for (const status of [await store.status(), await DataStore.status()]) {
      expect(status).to.deep.equal(sync.status());
      expect(status).to.include({ phase: 'paused', pending: 1 });
    }
    expect((await DataStore.stats()).models.map(({ model, rows }) => [model, rows])).to.deep.equal([['Note', 1], ['Comment', 0]]);
    await sync.stop();
    expect(await store.status()).to.equal(undefined);
    await store.close();
    await fails('CLOSED', /closed/, () => store.status());
  });

  it('begins, pauses and goes on by itself, in a page that does nothing else', async () => {
    const backend = new Backend();
    backend.write('Note', 'theirs', { id: 'theirs', text: 'from the server' });
    let answer = () => {};
    backend.before = () => new Promise<void>((resolve) => { answer = resolve; });
    const { sync } = await syncs(backend, { interval: 100_000 });
    const events = heard(sync);
    await until('it asks', () => backend.pulls.length > 0);
    backend.before = () => undefined;
    answer();
    await until('all is here', () => sync.status().ready);
    await until('that is told', () => events.some(({ type }) => type === 'ready'));
    await phase(sync, 'idle');
    sync.pause();
    await phase(sync, 'paused');
    backend.write('Note', 'more', { id: 'more', text: 'from the server' });
    sync.resume();
    await until('the rest is here', () => sync.status().rows === 2);
  });

  it('sends each change of a field alone, and tells observers whose it is', async () => {
    const backend = new Backend();
    const { store, sync, Note } = await syncs(backend);
    const seen: string[] = [];
    store.observe(Note).subscribe(({ opType, source, changed }) => seen.push(`${source} ${opType} ${changed}`));
    const note = await store.save(new Note({ id: 'n', text: 'one' }));
    await sync.whenSynced();
    backend.write('Note', 'n', { votes: 7 });
    await sync.syncNow();
    await store.save(Note.copyOf(note, (draft) => { draft.text = 'two'; }));
    await sync.syncNow();
    const op = backend.pushes.at(-1)!.mutations[0]!.ops[0]!;
    expect(op).to.include({ op: 'update', model: 'Note', id: 'n' });
    expect(Object.keys(op.data!)).to.include('text').and.not.include('votes');
    expect(backend.data('Note', 'n')).to.include({ text: 'two', votes: 7 });
    expect(seen).to.include('SYNC UPDATE votes');
    expect(seen[0]).to.match(/^LOCAL INSERT/);
  });

  it('takes back what the server does not want, and keeps it to be tried again or dropped', async () => {
    const backend = new Backend();
    const { store, sync, Note } = await syncs(backend);
    const events = heard(sync);
    await store.save(new Note({ id: 'good', text: 'good' }));
    await store.save(new Note({ id: 'bad', text: 'bad' }));
    await store.save(new Note({ id: 'behind', text: 'goes on' }));
    await sync.whenSynced();
    expect((await store.query(Note)).map(({ id }) => id).sort()).to.deep.equal(['behind', 'good']);
    const [rejected, ...none] = sync.rejected();
    expect(none).to.have.length(0);
    expect(rejected).to.include({ code: 'forbidden', message: 'says something bad', field: 'text' });
    expect(rejected!.ops[0]).to.deep.include({ op: 'create', model: 'Note', id: 'bad' });
    expect(events.filter(({ type }) => type === 'rejected')).to.have.length(1);

    await sync.retry(rejected!.id);
    await sync.syncNow();
    expect(sync.rejected(), 'it was as bad as before').to.have.length(1);
    const again = sync.rejected()[0]!;
    await sync.retry(again.id, again.ops.map((op) => ({ ...op, data: { ...op.data, text: 'better' } })));
    await sync.syncNow();
    expect(sync.rejected()).to.have.length(0);
    expect(backend.data('Note', 'bad')).to.include({ text: 'better' });

    await store.save(Note.copyOf((await store.query(Note, 'good'))!, (draft) => { draft.text = 'bad'; }));
    await sync.syncNow();
    expect(await store.query(Note, 'good')).to.include({ text: 'good' });
    const told: number[] = [];
    sync.watch().subscribe(({ rejected }) => told.push(rejected));
    await sync.drop(sync.rejected()[0]!.id);
    expect(sync.rejected()).to.have.length(0);
    expect(told, 'who watches is told').to.deep.equal([1, 0]);
    await fails('INVALID', /no rejected mutation/, () => sync.retry('nowhere'));
  });

  for (const [name, conflict, text, votes] of [
    ['merges by itself', undefined, 'mine', 9],
    ['lets the server win', 'serverWins', 'theirs', 9],
    ['lets the client win', 'clientWins', 'mine', 9],
    ['asks the app', ({ base, local, remote }: Conflict<Note>): Resolution<Note> => ({ text: `${base!.text}, ${local!.text}, ${remote!.text}`, votes: 1 }), 'one, mine, theirs', 1],
    ['asks the app, which takes its time and then names a policy', async (): Promise<Resolution<Note>> => 'serverWins', 'theirs', 9],
    ['goes on when the app throws', (): Resolution<Note> => { throw new Error('no idea'); }, 'mine', 9],
    ['goes on when the app answers nonsense', () => 17 as never, 'mine', 9],
  ] as const) {
    it(`${name} in a conflict`, async () => {
      const backend = new Backend();
      const { store, sync, Note } = await syncs(backend, conflict ? { models: { Note: { conflict: conflict as never } } } : {});
      const note = await store.save(new Note({ id: 'n', text: 'one' }));
      await sync.whenSynced();
      const events = heard(sync);
      sync.pause();
      await store.save(Note.copyOf(note, (draft) => { draft.text = 'mine'; }));
      backend.write('Note', 'n', { text: 'theirs', votes: 9 });
      let first = true; // the push comes before the pull, or there would be no conflict
      backend.before = (call) => call === 'pull' && first ? new Promise<void>((resolve) => { first = false; setTimeout(resolve); }) : undefined;
      sync.resume();
      await sync.whenSynced();
      expect(await store.query(Note, 'n')).to.include({ text, votes });
      expect(backend.data('Note', 'n')).to.include({ text, votes });
      if (events.some(({ type }) => type === 'conflict')) return;
      expect(backend.pulls.length, 'it was pulled first, and merged').to.be.greaterThan(1);
    });
  }

  it('waits and says why when the backend fails, and loses nothing', async () => {
    const backend = new Backend();
    const { store, sync, Note } = await syncs(backend, { interval: 100_000 });
    await sync.whenSynced();
    const events = heard(sync);
    const odd: [thrown: unknown, phase: SyncState['phase']][] = [
      [new TypeError('Failed to fetch'), 'backoff'],
      [undefined, 'backoff'],
      ['words', 'backoff'],
      [Object.assign(new Error(), { status: 503, retryAfter: 3600 }), 'backoff'],
      [{ status: 500, body: '<html>' }, 'backoff'],
      [{ status: 401 }, 'auth'],
      [{ status: 426, body: { error: 'old' } }, 'upgrade'],
    ];
    for (const [i, [thrown, expected]] of odd.entries()) {
      backend.before = () => { throw thrown; };
      await store.save(new Note({ id: `n${i}`, text: 'kept' }));
      sync.resume();
      await phase(sync, expected);
      expect(sync.status()).to.include({ pending: i + 1 });
      expect(sync.status().error, String(expected)).to.be.an('error').with.property('code').that.is.a('string');
      if (expected === 'upgrade') continue;
    }
    expect(events.filter(({ type }) => type === 'failed').length).to.be.greaterThan(3);
    backend.before = () => undefined;
    await sync.stop();
    const next = await store.sync({ pull: backend.pull, push: backend.push });
    await next.whenSynced();
    for (const i of odd.keys()) expect(backend.data('Note', `n${i}`), `n${i}`).to.include({ text: 'kept' });
  });

  it('takes in nothing that is not of the protocol, and sets aside what cannot be', async () => {
    const answers: unknown[] = [
      undefined, null, 17, 'text', [], {}, { changes: {} }, { changes: [{}] , checkpoint: 1 }, { changes: [null], checkpoint: 1 },
      { changes: [{ model: 'Nowhere', id: 'x', version: 1, data: {} }], checkpoint: 1 },
      { changes: [{ model: 'Note', id: { a: 1 }, version: 1, data: {} }], checkpoint: 1 },
      { changes: [{ model: 'Note', id: 'x', version: 1, data: { text: 5 } }], checkpoint: 1 },
      { changes: [{ model: 'Note', id: 'x', version: 1, data: { text: 'no key', votes: 1e99 } }], checkpoint: 2 },
      { changes: [], checkpoint: 'x'.repeat(1 << 20) },
    ];
    for (const answer of answers) {
      const backend = new Backend();
      let odd = true;
      const pull = async (request: never) => (odd ? answer : backend.pull(request)) as never;
      const { store, sync, Note } = await syncs({ pull, push: backend.push }, { interval: 100_000 });
      const events = heard(sync);
      await store.save(new Note({ id: 'n', text: 'mine' }));
      sync.resume();
      await until('it was told of', () => events.some(({ type }) => type === 'failed' || type === 'setAside' || type === 'ready') || sync.status().ready);
      expect((await store.query(Note)).map(({ id }) => id), JSON.stringify(answer)).to.deep.equal(['n']);
      odd = false;
      await sync.syncNow();
      expect(backend.data('Note', 'n')).to.include({ text: 'mine' });
    }
  }).timeout(120_000);

  it('is told in words what options are wrong, and closes what it was opening', async () => {
    const backend = new Backend();
    const pull = backend.pull;
    const push = backend.push;
    const wrong: [options: unknown, says: RegExp][] = [
      [null, /expects \{ url \}/], [17, /expects \{ url \}/], [{}, /expects \{ url \}/], [{ url: 5 }, /expects \{ url \}/], [{ pull }, /push must be a function/],
      [{ pull, push, live: true }, /live must be a function/], [{ pull, push, models: [] }, /models/], [{ pull, push, models: { Note: 'sometimes' } }, /models.Note.mode must be/],
      [{ pull, push, models: { Nowhere: 'off' } }, /Nowhere/], [{ pull, push, models: { Note: { conflict: 'mine' } } }, /models.Note.conflict must be/],
      [{ pull, push, models: { Note: { priority: 1.5 } } }, /priority/], [{ pull, push, conflict: 'theirs' }, /conflict must be/], [{ pull, push, limit: -1 }, /limit/],
      [{ pull, push, batch: 1e9 }, /limits/], [{ url: '/api', token: 5 }, /token must be/], [{ url: '/api', fetch: {} }, /fetch must be/],
    ];
    const name = freshName();
    for (const [options, says] of wrong.slice(1)) {
      await fails('INVALID', says, () => DataStore.open({ name, schema: NOTES, storage: 'memory', sync: options as never }));
    }
    const store = await openStore<Notes>(NOTES, { name });
    await fails('INVALID', /does not sync/, () => store.sync());
    for (const [options, says] of wrong) await fails('INVALID', says, () => store.sync(options as never));
    const sync = await store.sync(backend);
    await fails('INVALID', /syncs already/, () => store.sync(backend));
    await fails('INVALID', /mode must be/, () => sync.change({ models: { Note: 'never' } } as never));
    await sync.whenSynced();
    await sync.stop();
    await sync.stop();
    await fails('INVALID', /does not sync/, () => store.sync());
    expect(sync.status).to.throw(/does not sync/);
  });

  it('keeps models local, pulls only, or pushes only', async () => {
    const backend = new Backend();
    backend.write('Comment', 'theirs', { id: 'theirs', text: 'x' });
    const { store, sync, Note, Comment } = await syncs(backend, { models: { Note: 'off', Comment: { mode: 'pull', priority: 2 } } });
    await store.save(new Note({ id: 'n', text: 'here' }));
    await store.save(new Comment({ id: 'c', text: 'here' }));
    await sync.whenSynced();
    expect(backend.pushes).to.have.length(0);
    expect(backend.pulls[0]!.models).to.deep.equal(['Comment']);
    expect(await store.count(Comment)).to.equal(2);

    await sync.change({ models: { Note: 'push', Comment: 'pull' }, scope: { project: 'p1' } });
    await store.save(new Note({ id: 'late', text: 'goes out' }));
    await sync.syncNow();
    expect(backend.data('Note', 'late')).to.include({ text: 'goes out' });
    expect(backend.pulls.at(-1)).to.deep.include({ scope: { project: 'p1' }, models: ['Comment'] });
  });

  it('goes the way that the schema says, unless the app says otherwise', async () => {
    const backend = new Backend();
    const store = await openStore<Notes>(NOTES.replace('type Note @model', 'type Note @model(sync: push)').replace('type Comment @model', 'type Comment @model(sync: off)'));
    expect(store.schema.models.map(({ name, sync }) => `${name} ${sync}`)).to.deep.equal(['Note push', 'Comment off']);
    const sync = await store.sync({ pull: backend.pull, push: backend.push, interval: 100_000 });
    backend.write('Note', 'theirs', { id: 'theirs', text: 'x' });
    await store.save(new store.models.Note({ id: 'n', text: 'here' }));
    await store.save(new store.models.Comment({ id: 'c', text: 'here' }));
    await sync.syncNow();
    expect(backend.data('Note', 'n')).to.include({ text: 'here' });
    expect(backend.data('Comment', 'c')).to.equal(undefined);
    expect(await store.count(store.models.Note)).to.equal(1);
    await sync.change({ models: { Note: 'full', Comment: { priority: 1 } } });
    await sync.syncNow();
    expect(sync.status().models.map(({ model, mode }) => `${model} ${mode}`)).to.deep.equal(['Note full', 'Comment off']);
    expect(await store.count(store.models.Note)).to.equal(2);
  });

  it('shows how it goes while pages come in', async () => {
    const backend = new Backend();
    for (let i = 0; i < 250; i++) backend.write('Note', `n${i}`, { id: `n${i}`, text: `text ${i}` });
    const store = await openStore<Notes>(NOTES);
    const sync = await store.sync({ pull: backend.pull, push: backend.push, limit: 100 });
    const rows: number[] = [];
    const subscription = sync.watch().subscribe((status) => rows.push(status.rows));
    await until('all is here', () => sync.status().ready);
    subscription.unsubscribe();
    expect(rows[0]).to.equal(0);
    expect(rows, 'never fewer').to.deep.equal([...rows].sort((a, b) => a - b));
    expect(new Set(rows).size).to.be.greaterThan(2);
    expect(rows.at(-1)).to.equal(250);
    expect(sync.status()).to.include({ rows: 250, pages: 3 });
    expect(await store.count(store.models.Note)).to.equal(250);
  });

  it('hears of news on a live channel of the app', async () => {
    const backend = new Backend();
    const channels: { open(): void; tell(page?: never): void; signal: AbortSignal }[] = [];
    const live: Remote['live'] = (channel) => new Promise((_, reject) => {
      channels.push(channel as never);
      channel.signal.addEventListener('abort', () => reject(new Error('aborted')));
      channel.open();
    });
    const { store, sync, Note } = await syncs(backend, { live, interval: 1_000_000 } as never);
    await sync.whenSynced();
    await until('the channel is there', () => channels.length > 0);
    backend.write('Note', 'n', { id: 'n', text: 'poked' });
    channels[0]!.tell();
    await until('it is here', () => sync.status().rows > 0);
    expect(await store.query(Note, 'n')).to.include({ text: 'poked' });
    await sync.stop();
    expect(channels.every(({ signal }) => signal.aborted)).to.equal(true);
  });

  it('goes on in another store of the page when the one that syncs is closed', async () => {
    const backend = new Backend();
    const name = freshName();
    const open = () => DataStore.open<Notes>({ name, schema: NOTES, storage: 'indexeddb', sync: { pull: backend.pull, push: backend.push } });
    const first = await open();
    await (await first.sync()).whenSynced();
    const second = await openStore<Notes>(NOTES, { name, storage: 'indexeddb', sync: { pull: backend.pull, push: backend.push } });
    const sync = await second.sync();
    expect(sync.status()).to.include({ phase: 'waiting', leader: false });
    await second.save(new second.models.Note({ id: 'second', text: 'by the other' }));
    await until('the first one sends it', () => backend.data('Note', 'second') !== undefined);
    const heard: string[] = [];
    second.observe(second.models.Note).subscribe(({ source, element }) => heard.push(`${source} ${element.id}`));
    backend.write('Note', 'theirs', { id: 'theirs', text: 'by the server' });
    await (await first.sync()).syncNow();
    await first.save(new first.models.Note({ id: 'first', text: 'by the first' }));
    await until('the second one hears', () => heard.length === 2);
    expect(heard).to.deep.equal(['SYNC theirs', 'OTHER_TAB first']);
    await first.close();
    await until('the second one takes over', () => sync.status().leader);
    await second.save(new second.models.Note({ id: 'third', text: 'by itself' }));
    await sync.whenSynced();
    expect(backend.data('Note', 'third')).to.include({ text: 'by itself' });
  });

  it('keeps what is not sent in storage until it is', async () => {
    const backend = new Backend();
    const name = freshName();
    const store = await DataStore.open<Notes>({ name, schema: NOTES, storage: 'indexeddb', sync: { pull: backend.pull, push: backend.push } });
    const sync = await store.sync();
    await sync.whenSynced();
    sync.pause();
    await store.save(new store.models.Note({ id: 'n', text: 'offline' }));
    await store.close();
    const next = await openStore<Notes>(NOTES, { name, storage: 'indexeddb', sync: { pull: backend.pull, push: backend.push } });
    await (await next.sync()).whenSynced();
    expect(backend.data('Note', 'n')).to.include({ text: 'offline' });
  });
});
