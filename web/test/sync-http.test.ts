// Sync over HTTP with a server that misbehaves: hostile-server.mjs.

import { expect } from 'chai';
import type { HttpRemoteOptions, PullRequest, Sync, SyncEvent, SyncOptions } from 'granary';
import { HttpRefusal, httpRemote } from '../src/late/sync/http-remote.js';
import { events, type ServerSentEvent } from '../src/late/sync/server-sent-events.js';
import { closeStores, freshName, openStore, until } from './support.js';

declare const HOSTILE: string;

const NOTES = 'type Note @model { id: ID! text: String! votes: Int }';
interface Note { readonly id: string; readonly text: string; readonly votes: number | null }

interface Odd { readonly at: 'pull' | 'push' | 'live'; readonly do: string; readonly [more: string]: unknown }
interface Heard {
  readonly calls: { verb: string; search: string; token?: string; mutations?: string[] }[];
  readonly ended: number;
  readonly left: number;
  readonly rows: { model: string; id: string; data: Note }[];
  readonly mutations: string[];
}

/** A server of its own for a test. */
class Server {
  readonly url = `${HOSTILE}/${freshName()}`;

  async next(...list: Odd[]): Promise<void> {
    await this.#post('next', list);
  }

  async write(id: string, data: object): Promise<void> {
    await this.#post('write', ['Note', id, { id, ...data }]);
  }

  async heard(): Promise<Heard> {
    return (await fetch(`${this.url}/heard`)).json() as Promise<Heard>;
  }

  /** Waits until something is so on the server. */
  async until(what: string, holds: (heard: Heard) => boolean): Promise<Heard> {
    let heard: Heard | undefined;
    for (let i = 0; i < 2000; i++) {
      heard = await this.heard();
      if (holds(heard)) return heard;
    }
    throw new Error(`the server never heard: ${what}; but ${JSON.stringify(heard)}`);
  }

  async #post(path: string, body: unknown): Promise<void> {
    await fetch(`${this.url}/${path}`, { method: 'POST', body: JSON.stringify(body) });
  }
}

const PULL: PullRequest = { protocol: 1, schema: 's', client: 'c', checkpoint: null, limit: 10, models: ['Note'], wait: 0 };

/** What one pull comes to. */
async function pulled(server: Server, odd: Omit<Odd, 'at'> | undefined, more: Partial<HttpRemoteOptions> = {}, signal = new AbortController().signal) {
  if (odd) await server.next({ at: 'pull', ...odd } as Odd);
  return JSON.parse(await httpRemote({ url: server.url, ...more }).pull(PULL, { signal })) as unknown;
}

async function failure(run: Promise<unknown>): Promise<Error & Partial<HttpRefusal>> {
  return run.then((answer) => { throw new Error(`it answered ${JSON.stringify(answer)}`); }, (error: Error) => error);
}

const heard = (sync: Sync): SyncEvent[] => {
  const list: SyncEvent[] = [];
  sync.events().subscribe((event) => list.push(event));
  return list;
};

describe('a remote over HTTP', () => {
  for (const [name, odd, status, says] of [
    ['HTML', { do: 'html' }, 502, /no JSON: <!doctype html>/],
    ['nothing', { do: 'answer' }, 502, /no JSON/],
    ['half of JSON', { do: 'answer', body: '{"changes":[' }, 502, /no JSON: \{"changes":\[/],
    ['another success', { do: 'answer', status: 204 }, 204, /204/],
    ['a redirect to a login', { do: 'answer', status: 302, headers: { location: '/login' } }, 404, /404/],
    ['HTML that says 500', { do: 'answer', status: 500, type: 'text/html', body: '<h1>Oops</h1>' }, 500, /500/],
    ['who are you', { do: 'answer', status: 401 }, 401, /401/],
    ['more than 64 MB', { do: 'large', megabytes: 80 }, 502, /more than 64 MB/],
    ['a refusal that breaks off', { do: 'pieces', status: 429, pieces: ['wait'], cut: true }, 429, /429/],
    ['a refusal that is long', { do: 'answer', status: 413, body: 'long '.repeat(10_000) }, 413, /413/],
  ] as const) {
    it(`takes ${name} for an answer of the server`, async () => {
      const error = await failure(pulled(new Server(), odd));
      const told = `${error.message} ${error.body ?? ''}`;
      expect(error, told).to.be.instanceOf(HttpRefusal).with.property('status', status);
      expect(told).to.match(says);
      expect(error.body!.length).to.be.at.most(4096);
    });
  }

  for (const [name, odd] of [
    ['a connection that ends at once', { do: 'cut', always: true }],
    ['half of an answer', { do: 'half' }],
    ['a redirect in a circle', { do: 'answer', status: 307, headers: { location: 'pull' }, always: true }],
    ['an origin that may not call', { do: 'no-cors' }],
  ] as const) {
    it(`takes ${name} for no answer`, async () => {
      const error = await failure(pulled(new Server(), odd));
      expect(error).to.be.an('error').and.not.to.be.instanceOf(HttpRefusal);
      expect(error.status).to.equal(undefined);
    });
  }

  for (const [name, odd] of [
    ['that is 50 MB long', { do: 'large', megabytes: 50 }],
    ['of which each byte comes alone', { do: 'trickle' }],
    ['behind a redirect that keeps the method', { do: 'answer', status: 307, headers: { location: 'pull' } }],
    ['that begins with a byte order mark', { do: 'answer', body: '\ufeff{"changes":[],"checkpoint":"0"}' }],
  ] as const) {
    it(`takes an answer ${name}`, async () => {
      expect(await pulled(new Server(), odd, { token: 'secret' })).to.deep.include({ changes: [], checkpoint: '0' });
    });
  }

  for (const [header, least, most] of [
    ['7', 7, 7], ['0', 0, 0], ['1.5', 1.5, 1.5], [new Date(Date.now() + 3_600_000).toUTCString(), 1, 3600], [new Date(0).toUTCString(), 0, 0],
    ['', undefined], ['soon', undefined], ['-5', undefined], ['1e3', undefined], ['7 minutes', undefined],
  ] as const) {
    it(`waits as Retry-After: ${header} says`, async () => {
      const { retryAfter } = await failure(pulled(new Server(), { do: 'answer', status: 503, headers: header ? { 'retry-after': header } : {} }));
      if (least === undefined) expect(retryAfter).to.equal(undefined);
      else expect(retryAfter).to.be.within(least, most);
    });
  }

  it('gives up when it is told to, and the server hears of that', async () => {
    for (const odd of [{ do: 'hang' }, { do: 'pieces', pieces: ['{"changes"'], stay: true }]) {
      const server = new Server();
      const controller = new AbortController();
      const call = failure(pulled(server, odd, {}, controller.signal));
      await server.until('the call', ({ calls }) => calls.length === 1);
      controller.abort();
      expect(await call).to.have.property('name', 'AbortError');
      await server.until('the end', ({ ended }) => ended === 1);
    }
  });

  it('asks for a token and headers before each call', async () => {
    const server = new Server();
    let asked = 0;
    const remote = httpRemote({ url: `${server.url}//`, token: async () => (++asked === 1 ? null : `t${asked}`), headers: () => ({ 'content-type': 'odd' }) });
    for (let i = 0; i < 3; i++) await remote.pull(PULL, { signal: new AbortController().signal });
    expect((await server.heard()).calls.map(({ token }) => token)).to.deep.equal([undefined, 'Bearer t2', 'Bearer t3']);
    await failure(Promise.resolve(httpRemote({ url: server.url, token: 'two\nlines' }).pull(PULL, { signal: new AbortController().signal })));
  });
});

describe('a stream of events', () => {
  async function read(pieces: readonly string[]): Promise<ServerSentEvent[]> {
    const bytes = pieces.map((piece) => new TextEncoder().encode(piece));
    return readBytes(bytes);
  }

  async function readBytes(pieces: readonly Uint8Array[]): Promise<ServerSentEvent[]> {
    const queue = [...pieces];
    const body = new ReadableStream<Uint8Array>({ pull: (controller) => {
      const piece = queue.shift();
      if (piece) controller.enqueue(piece);
      else controller.close();
    } });
    const list: ServerSentEvent[] = [];
    for await (const event of events(new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>))) list.push(event);
    return list;
  }

  const STREAM = ['\ufeff: hello', '', 'event: poke', 'data: {}', '', ':', '', 'event:changes', 'data:  two', 'data', 'data:lines: é🌍', 'id: 7', 'retry: 10', 'nothing',
    '', 'event: none', '', 'data: plain', '', 'event: cut', 'data: off'];
  const EVENTS = [{ event: 'poke', data: '{}' }, { event: 'changes', data: ' two\n\nlines: é🌍' }, { event: 'message', data: 'plain' }];

  for (const [name, end] of [['LF', '\n'], ['CR', '\r'], ['CRLF', '\r\n']] as const) {
    it(`is read the same wherever it is split, with ${name}`, async () => {
      const bytes = new TextEncoder().encode(STREAM.join(end));
      for (let at = 0; at <= bytes.length; at++) {
        expect(await readBytes([bytes.slice(0, at), bytes.slice(at)]), `split at ${at}`).to.deep.equal(EVENTS);
      }
      expect(await readBytes([...bytes].map((byte) => Uint8Array.of(byte)))).to.deep.equal(EVENTS);
    });
  }

  it('may mix ends of lines, and begin with empty ones', async () => {
    expect(await read(['\r\n\n\r', '\n', 'data: a\r', '\n\r', '\ndata: b\n\r'])).to.deep.equal([{ event: 'message', data: 'a' }, { event: 'message', data: 'b' }]);
  });

  it('may have an event of many megabytes in many pieces', async () => {
    const piece = 'x'.repeat(1 << 14);
    const count = 1500;
    const [event, ...none] = await read(['event: changes\ndata: ', ...Array.from({ length: count }, () => piece), '\n\n']);
    expect(none).to.have.length(0);
    expect(event!.data.length).to.equal(piece.length * count);
  });

  for (const [name, first, piece] of [
    ['line', 'data: ', 'x'.repeat(1 << 20)], ['event', '', `data: ${'x'.repeat(1 << 20)}\n`], ['comment', ':', 'x'.repeat(1 << 20)],
  ] as const) {
    it(`has no ${name} without an end`, async () => {
      expect(await failure(read([first, ...Array.from({ length: 70 }, () => piece)]))).to.be.instanceOf(RangeError);
    });
  }

  it('may be silent for as long as it likes', async () => {
    const piece = `: ${'x'.repeat(1 << 20)}\n`;
    expect(await read([...Array.from({ length: 70 }, () => piece), 'data: a\n\n'])).to.deep.equal([{ event: 'message', data: 'a' }]);
  });
});

describe('sync with a server that misbehaves', () => {
  afterEach(closeStores);

  async function syncs(server: Server, more: Partial<SyncOptions<{ Note: Note }>> = {}) {
    const store = await openStore<{ Note: Note }>(NOTES, { sync: { url: server.url, live: false, interval: 1_000_000, ...more } as SyncOptions<{ Note: Note }> });
    return { store, sync: await store.sync(), ...store.models };
  }

  const wrong: Omit<Odd, 'at'>[] = [
    { do: 'html' }, { do: 'answer', body: '' }, { do: 'answer', body: 'null' }, { do: 'answer', body: '[]' }, { do: 'answer', body: '"text"' }, { do: 'answer', body: '{}' },
    { do: 'answer', body: `${'['.repeat(100_000)}${']'.repeat(100_000)}` }, { do: 'answer', body: '{"changes":[],"results":{},"checkpoint":null}' },
    { do: 'answer', body: '{"changes":5,"results":[{"id":5}],"checkpoint":"1"}' },
    { do: 'answer', body: '{"changes":[{"model":"Note","id":"half","version":1,"data":{"id":"half","text":"x"}}],"checkpoint":{"a' },
    { do: 'answer', status: 204 }, { do: 'answer', status: 302, headers: { location: '/login' } }, { do: 'answer', status: 400, body: 'what?' },
    { do: 'answer', status: 404 }, { do: 'answer', status: 409, body: '{"reset":true}' }, { do: 'answer', status: 500, type: 'text/html', body: '<h1>Oops</h1>' },
    { do: 'answer', status: 503, headers: { 'retry-after': '3000' } }, { do: 'answer', status: 401 }, { do: 'answer', status: 403 },
    { do: 'cut' }, { do: 'half' }, { do: 'no-cors' }, { do: 'large', megabytes: 66 }, { do: 'trickle' },
  ];
  for (const at of ['pull', 'push'] as const) {
    it(`goes on after any answer to a ${at}, and has lost and doubled nothing`, async () => {
      for (const odd of wrong) {
        const what = JSON.stringify(odd).slice(0, 100);
        const server = new Server();
        await server.write('theirs', { text: 'theirs' });
        await server.next({ at, ...odd } as Odd);
        const { store, sync, Note } = await syncs(server);
        const told = heard(sync);
        await store.save(new Note({ id: 'mine', text: 'mine' }));
        await server.until(`${what} was met`, ({ left }) => left === 0);
        // Events may have come before anybody listened, and 401 and a reset are not told again; the status stays.
        await until(`${what} was told of`, () => sync.status().ready || sync.status().error !== undefined);
        const errors = [sync.status().error, ...told.map((event) => (event.type === 'failed' ? event.error : undefined))];
        for (const error of errors) if (error) expect(error.code, what).to.be.a('string').and.not.equal('');
        const here = (await store.query(Note)).map(({ id }) => id);
        expect(here, what).to.include('mine').and.not.include('half');
        await sync.syncNow();
        expect((await store.query(Note)).map(({ id }) => id).sort(), what).to.deep.equal(['mine', 'theirs']);
        const { rows, mutations, calls } = await server.heard();
        expect(rows.map(({ id, data }) => `${id} ${data.text}`).sort(), what).to.deep.equal(['mine mine', 'theirs theirs']);
        expect(mutations, what).to.have.length(1);
        expect(new Set(calls.flatMap((call) => call.mutations ?? [])), `${what}: one id`).to.deep.equal(new Set(mutations));
        expect(sync.status(), what).to.include({ pending: 0, rejected: 0, ready: true });
        await closeStores();
      }
    }).timeout(300_000);
  }

  it('sends a change again whose answer was lost, by the same name', async () => {
    const server = new Server();
    const { store, sync, Note } = await syncs(server);
    await sync.whenSynced();
    await server.next({ at: 'push', do: 'lost' }, { at: 'push', do: 'lost' });
    await store.save(new Note({ id: 'n', text: 'once' }));
    await server.until('the first', ({ left }) => left === 1);
    sync.syncNow().catch(() => {});
    await server.until('the second', ({ left }) => left === 0);
    await sync.syncNow();
    const { calls, mutations } = await server.heard();
    expect(mutations).to.have.length(1);
    expect(calls.filter(({ verb }) => verb === 'push').map((call) => call.mutations)).to.deep.equal([mutations, mutations, mutations]);
    expect(sync.status()).to.include({ pending: 0 });
  });

  it('asks for another token when the server does not want this one', async () => {
    const server = new Server();
    const tokens = ['old', 'new'];
    const { store, sync, Note } = await syncs(server, { token: async () => tokens[0]! } as never);
    await sync.whenSynced();
    await server.next({ at: 'push', do: 'answer', status: 401 });
    const told = heard(sync);
    await store.save(new Note({ id: 'n', text: 'kept' }));
    tokens.shift();
    await sync.whenSynced();
    expect(told.filter(({ type }) => type === 'phase').map((event) => (event as { phase: string }).phase)).to.include('auth');
    expect((await server.heard()).calls.filter(({ verb }) => verb === 'push').at(-1)).to.include({ token: 'Bearer new' });
  });

  it('gives up a call that hangs, and makes it again', async () => {
    const server = new Server();
    await server.next({ at: 'pull', do: 'hang' }, { at: 'pull', do: 'pieces', pieces: ['{"changes":['], stay: true }, { at: 'push', do: 'hang' });
    const { store, sync, Note } = await syncs(server, { timeout: 100 });
    await store.save(new Note({ id: 'n', text: 'kept' }));
    const { rows } = await server.until('the ends', ({ ended }) => {
      sync.resume(); // and so it pauses less between two attempts
      return ended >= 3 && sync.status().ready && sync.status().pending === 0;
    });
    expect(rows.map(({ id }) => id)).to.deep.equal(['n']);
  });

  it('takes a large page while the app goes on', async () => {
    const server = new Server();
    await server.write('theirs', { text: 'theirs' });
    await server.next({ at: 'pull', do: 'large', megabytes: 50 });
    const { store, sync, Note } = await syncs(server, { timeout: 300_000 });
    await store.save(new Note({ id: 'mine', text: 'meanwhile' }));
    expect(await store.count(Note)).to.be.greaterThan(0);
    await sync.whenSynced();
    expect((await store.query(Note)).map(({ id }) => id).sort()).to.deep.equal(['mine', 'theirs']);
  }).timeout(300_000);

  describe('by its live channel', () => {
    const live = (pieces: readonly string[], more: object = {}) => ({ at: 'live', do: 'pieces', type: 'text/event-stream; charset=utf-8', pieces, stay: true, ...more }) as Odd;
    const listens = (server: Server) => syncs(server, { live: true } as never);
    const lives = ({ calls }: Heard) => calls.filter(({ verb }) => verb === 'live');

    it('hears of news in pieces, with comments and any end of line', async () => {
      const server = new Server();
      await server.next(live([': hello\r\n\r\nev', 'ent: po', 'ke\r', '\ndata: {}\r\n', '\r', '\n']));
      const { store, sync, Note } = await listens(server);
      await server.until('the channel', (h) => lives(h).length === 1);
      await sync.whenSynced();
      await server.write('n', { text: 'poked' });
      await server.next({ at: 'live', do: 'answer', status: 404 });
      await sync.syncNow();
      expect(await store.query(Note, 'n')).to.include({ text: 'poked' });
    });

    it('goes on from its checkpoint as the server wrote it', async () => {
      const server = new Server();
      await server.write('n', { text: 'first' });
      await server.next(live([], { stay: false }), live([]));
      const { sync } = await listens(server);
      const heard = await server.until('the second channel', (h) => lives(h).length === 2);
      expect(lives(heard).at(-1)!.search).to.equal('?checkpoint=1');
      await sync.whenSynced();
    });

    it('takes in pages that come by it, also large ones, and none that is no page', async () => {
      const server = new Server();
      await server.write('n', { text: 'first' });
      const { store, sync, Note } = await syncs(server);
      await sync.whenSynced();
      await sync.stop();
      const page = (text: string, checkpoint: string) => JSON.stringify({ changes: [{ model: 'Note', id: text.slice(0, 5), version: checkpoint, data: { text } }], checkpoint });
      await server.next(live(['event: changes\ndata: {"changes":[{"model"\n\n', 'event: changes\ndata: 17\n\n', 'event: changes\ndata: <html>\n\n',
        `event: changes\ndata: ${page('large'.repeat(200_000), '2').replaceAll(',', ',\ndata: ')}\n\n`, `event: changes\ndata: ${page('small', '3')}\n\n`]));
      const again = await store.sync({ url: server.url, interval: 1_000_000 });
      await again.whenSynced();
      await until('it came by the channel', () => again.status().rows >= 1 || again.status().phase === 'idle');
      expect(again.status().pending).to.equal(0);
      expect(await store.query(Note, 'n')).to.include({ text: 'first' });
    });

    it('does not take a page of HTML for a channel', async () => {
      const server = new Server();
      await server.next({ at: 'live', do: 'html' }, live([]));
      const { sync } = await listens(server);
      await server.until('another attempt', (h) => lives(h).length === 2);
      await sync.whenSynced();
      expect(sync.status()).to.include({ pending: 0, ready: true });
    });

    it('comes back after a flood of news that ends', async () => {
      const server = new Server();
      await server.next(live(['event: poke\ndata: {}\n\n'.repeat(5000)], { stay: false }), live([]));
      const { sync } = await listens(server);
      await server.until('another channel', (h) => lives(h).length === 2);
      await sync.whenSynced();
    });

    it('lives without one where there is none', async () => {
      const server = new Server();
      const { store, sync, Note } = await listens(server);
      await store.save(new Note({ id: 'n', text: 'sent' }));
      await sync.whenSynced();
      expect(lives(await server.heard()).length).to.be.at.most(1);
      await sync.stop();
    });
  });
});
