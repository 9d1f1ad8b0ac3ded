import type { StoreEvent } from '../event-types.js';
import { events } from '../events.js';
import { whenLoaded } from '../loading.js';
import { Engine } from '../runtime.js';
import type { CompiledSchema } from '../schema.js';
import { KeptStorage } from './kept.js';
import { PROTOCOL, type Asked, type Given, type Outcome, type Told } from './protocol.js';
import { bytes, errorJSON, ServedStore } from './served-store.js';

type Of<K extends Asked['kind']> = Extract<Asked, { kind: K }>;

/** Where messages go out of the worker. */
type Post = (message: readonly Told[], transfer: Transferable[]) => void;

/**
 * The engine in a worker. It makes each call in the order in which they came, tells the
 * page what they came to, and of what happens in between in the order in which it happens.
 */
export class Server {
  readonly #post: Post;
  readonly #stores = new Map<number, ServedStore>();
  #engine!: Engine;
  #kept: KeptStorage | undefined;
  /** What was not posted yet. */
  #out: Told[] = [];
  /** Stores, and below zero their syncs, of which there is news that was not asked for yet. */
  readonly #news = new Set<number>();

  constructor(post: Post) {
    this.#post = post;
  }

  /** Takes a message of the page. */
  take(message: readonly Asked[]): void {
    for (const asked of message) this.#take(asked);
  }

  #take(asked: Asked): void {
    switch (asked.kind) {
      case 'begin':
        return void this.#begin(asked);
      case 'ask':
        return void this.#ask(asked);
      case 'later':
        return void this.#later(asked);
      case 'send':
        return this.#send(asked);
      case 'nudge':
        look(asked.view);
        return this.#engine.nudge(asked.verb, asked.store);
      case 'kept':
        this.#kept?.take(asked.entry, asked.heard);
    }
  }

  async #begin({ module, kept, view }: Of<'begin'>): Promise<void> {
    look(view);
    if (kept) {
      this.#kept = new KeptStorage(kept, (entry, number) => this.#tell({ kind: 'keep', entry, number }));
      Object.defineProperty(globalThis, 'localStorage', { value: this.#kept, configurable: true });
    }
    events().subscribe((event) => this.#event(event));
    try {
      this.#engine = await Engine.start(module, ({ message }) => this.#tell({ kind: 'crashed', message }));
      this.#engine.onChanged = () => this.#change();
      this.#tell({ kind: 'ready', protocol: PROTOCOL });
    } catch (cause) {
      this.#tell({ kind: 'failed', message: String((cause as Error)?.message ?? cause) });
    }
  }

  /** What is told must go out before anything that happens behind the call, so that is done in the same turn. */
  async #ask({ id, verb, args, input, all }: Of<'ask'>): Promise<void> {
    const run = () => {
      const store = this.#stores.get(args[0]!);
      const { answers, rows } = store?.ask(verb, args, input, all) ?? { answers: [{ bytes: this.#engine.call(verb, args, input, bytes) }], rows: [] };
      if (store && verb === 'sync') this.#sync(store);
      if (verb === 'get' && answers[0]!.bytes!.length === 0) return this.#peek(id, args, input, answers);
      return this.#tell({ kind: 'answered', id, answers, rows });
    };
    await whenLoaded<void>(run).catch((error: unknown) => this.#tell({ kind: 'answered', id, answers: [{ error: errorJSON(error) }], rows: [] }));
  }

  /** Looks for a record whose model is not in memory, as its page will. When records have changed meanwhile the page has to ask. */
  async #peek(id: number, args: readonly number[], key: Given, answers: Outcome[]): Promise<void> {
    const { edition } = this.#engine;
    const peeked = await this.#engine.callLater('peek', args.slice(0, 2), key, bytes);
    if (this.#engine.edition === edition) answers.push({ bytes: peeked });
    this.#tell({ kind: 'answered', id, answers, rows: [] });
  }

  async #later({ id, verb, args, input, durability }: Of<'later'>): Promise<void> {
    const store = args[0] ?? 0;
    const served = this.#stores.get(store);
    try {
      const answer = await whenLoaded(() => this.#engine.callLater(verb, args, input, bytes, durability));
      if (verb === 'open') this.#opened(JSON.parse(new TextDecoder().decode(answer)) as { store: number; schema: CompiledSchema });
      if (verb === 'close') this.#forget(store);
      const rows = verb === 'save' && served && !this.#engine.dead ? served.saved(input, answer) : [];
      if (served && verb !== 'close') this.#sync(served);
      this.#tell({ kind: 'settled', id, outcome: { bytes: answer }, store, rows });
    } catch (error) {
      if (served && !this.#engine.dead) this.#sync(served);
      this.#tell({ kind: 'settled', id, outcome: { error: errorJSON(error) }, store, rows: [] });
    }
  }

  #send({ verb, args }: Of<'send'>): void {
    const [number] = args as [number];
    if (verb === 'unlive' || verb === 'unobserve') for (const store of this.#stores.values()) store.unfollow(verb, number);
    try {
      this.#engine.call(verb, args, undefined, bytes);
      const store = verb === 'sync' && this.#stores.get(number);
      if (store) this.#sync(store);
    } catch {
      // What it was about has ended.
    }
  }

  #opened({ store, schema }: { store: number; schema: CompiledSchema }): void {
    this.#stores.set(store, new ServedStore(this.#engine, store, schema));
    for (const handle of [store, -store]) {
      this.#engine.listeners.set(handle, (ended) => {
        if (ended) this.#event(ended, handle);
        else this.#hear(handle);
      });
    }
  }

  #forget(store: number): void {
    this.#stores.delete(store);
    for (const handle of [store, -store]) this.#engine.listeners.delete(handle);
  }

  #event(event: StoreEvent, handle?: number): void {
    const { error, ...rest } = event as StoreEvent & { error?: unknown };
    this.#tell({
      kind: 'event', event: rest, ...(handle !== undefined && { handle }), ...(error !== undefined && { error: errorJSON(error) }),
    });
  }

  /** Is told from inside the engine that there is news of a store, or below zero of its sync. */
  #hear(handle: number): void {
    if (this.#news.has(handle)) return;
    this.#news.add(handle);
    queueMicrotask(() => {
      this.#news.delete(handle);
      const store = this.#stores.get(Math.abs(handle));
      if (!store || this.#engine.dead) return;
      try {
        this.#collect(store, handle);
      } catch {
        // The engine has crashed, or the store has ended, which is told by itself.
      }
    });
  }

  #collect(store: ServedStore, handle: number): void {
    if (handle < 0) return this.#sync(store, true);
    const news = store.news();
    if (news) this.#tell({ kind: 'news', ...news });
    this.#sync(store);
  }

  #sync(store: ServedStore, calls = false): void {
    const sync = store.sync(calls);
    if (sync) this.#tell({ kind: 'sync', ...sync });
  }

  /** Tells that what queries answer may be another thing, before all that is told from now on; once for what happens in a row. */
  #change(): void {
    if (this.#out.at(-1)?.kind !== 'changed') this.#tell({ kind: 'changed' });
  }

  /** Posts what was told in this turn, once. */
  #tell(told: Told): void {
    if (this.#out.length === 0) {
      queueMicrotask(() => {
        const out = this.#out;
        this.#out = [];
        this.#post(out, buffers(out));
      });
    }
    this.#out.push(told);
  }
}

/** What the engine asks a page, to know whether it is in view. */
function look(visibilityState: string): void {
  Object.defineProperty(globalThis, 'document', { value: { visibilityState }, configurable: true });
}

/** The buffers that go along with what is told. */
function buffers(list: readonly Told[]): Transferable[] {
  const all = new Set<Transferable>();
  const add = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) all.add(value.buffer as ArrayBuffer);
    else if (Array.isArray(value)) value.forEach(add);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(add);
  };
  for (const told of list) if (told.kind !== 'event') add(told);
  return [...all];
}
