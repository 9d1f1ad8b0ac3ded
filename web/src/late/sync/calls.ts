import type { LiveChannel } from '../../sync-remote-types.js';
import type { Conflict } from '../../sync-types.js';
import type { Backend } from './backend.js';
import type { Decide } from './options.js';

/** What the engine wants of the page. */
export interface Wanted {
  readonly call: number;
  readonly kind: 'pull' | 'push' | 'live' | 'token' | 'conflict' | 'cancel';
  readonly body?: unknown;
}

/** What can be replied, by number; wasm/sync_remote.go has the same list. */
enum Reply { Answer, Refusal, Failure, Open, News, NoLive }

/** HTTP statuses that say there is no live channel. */
const NO_LIVE = [404, 405, 501];

/** The calls of an app's backend that are under way. */
export class Calls {
  readonly #remote: Backend;
  readonly #decide: Decide;
  readonly #reply: (call: number, kind: Reply, body?: string) => void;
  readonly #under = new Map<number, AbortController>();

  constructor(remote: Backend, decide: Decide, reply: (call: number, kind: number, body?: string) => void) {
    this.#remote = remote;
    this.#decide = decide;
    this.#reply = reply;
  }

  /** Makes a call, or gives one up. */
  make({ call, kind, body }: Wanted): void {
    if (kind === 'cancel') {
      this.#under.get(call)?.abort();
      this.#under.delete(call);
      return;
    }
    const controller = new AbortController();
    this.#under.set(call, controller);
    const end = (reply: Reply, body?: string) => {
      if (this.#under.get(call) !== controller) return;
      this.#under.delete(call);
      this.#reply(call, reply, body);
    };
    Promise.resolve()
      .then(() => this.#answer(call, kind, body, controller.signal))
      .then((answer) => end(Reply.Answer, answer))
      .catch((cause: unknown) => end(...this.#failure(kind, cause)));
  }

  /** Gives up all of them. */
  end(): void {
    for (const controller of this.#under.values()) controller.abort();
    this.#under.clear();
  }

  async #answer(call: number, kind: Exclude<Wanted['kind'], 'cancel'>, body: unknown, signal: AbortSignal): Promise<string | undefined> {
    switch (kind) {
      case 'pull':
        return this.#remote.pull(body, { signal });
      case 'push':
        return this.#remote.push(body, { signal });
      case 'live':
        await this.#remote.live!(this.#channel(call, body, signal));
        throw new Error('the live channel ended');
      case 'conflict':
        return resolution(await this.#decide(body as Conflict));
      case 'token':
        return undefined; // it is asked for before each request
    }
  }

  #channel(call: number, checkpoint: unknown, signal: AbortSignal): LiveChannel {
    const tell = (kind: Reply, body?: string) => {
      if (!signal.aborted) this.#reply(call, kind, body);
    };
    return {
      checkpoint, signal,
      open: () => tell(Reply.Open),
      tell: (page) => tell(Reply.News, page && JSON.stringify(page)),
    };
  }

  #failure(kind: Wanted['kind'], cause: unknown): [Reply, string?] {
    const { status, retryAfter, body, message } = (cause ?? {}) as { status?: unknown; retryAfter?: unknown; body?: unknown; message?: unknown };
    if (typeof status !== 'number') return [Reply.Failure, String(message ?? cause)];
    if (kind === 'live' && NO_LIVE.includes(status)) return [Reply.NoLive];
    const words = typeof body === 'string' ? body : body === undefined ? String(message ?? '') : JSON.stringify(body);
    return [Reply.Refusal, JSON.stringify({
      status, body: words, ...(typeof retryAfter === 'number' && retryAfter >= 0 && { retryAfter: Math.round(retryAfter * 1000) }),
    })];
  }
}

/** What a handler decided, as the engine reads it. */
function resolution(decided: unknown): string {
  if (decided === null) return '{"delete":true}';
  return JSON.stringify(typeof decided === 'string' ? { policy: decided } : { record: decided });
}
