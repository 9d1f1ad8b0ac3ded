import { PROTOCOL, type Asked, type Kept, type Told } from '../../worker/protocol.js';

/** With what the keys in localStorage begin that the engine has. */
const PREFIX = 'granary:';

/** The workers of this page. */
const all = new Set<Beside>();

/** How long a worker may take to say that it runs, in milliseconds; a script that is not ours never does. */
const START_WITHIN = 20_000;

/** The worker beside the page that an engine runs in: messages to it and from it, and what it needs of the page. */
export class Beside {
  readonly #worker: Worker;
  readonly #storage = localStorageOf();
  /** Rejects when the worker cannot be started, or ends by an error. */
  readonly #failed: Promise<never>;
  #fail!: (cause: Error) => void;
  #out: Asked[] = [];
  /** The number of the last change to localStorage that the worker told of. */
  #heard = 0;
  #listener: (message: readonly Told[]) => void = () => {};

  /** Starts the worker, which takes a while; throws when the browser does not let it. */
  constructor(make: () => Worker) {
    this.#failed = new Promise((_, reject) => (this.#fail = reject));
    this.#failed.catch(() => {});
    this.#worker = make();
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(new Error(event.message || 'its script could not be loaded'));
    };
    this.#worker.onmessageerror = () => this.#fail(new Error('a message could not be read'));
    this.#worker.onmessage = ({ data }: MessageEvent<readonly Told[]>) => this.#take(data);
  }

  /** Has the worker start an engine, and resolves when it runs. */
  begin(module: WebAssembly.Module): Promise<void> {
    const ready = new Promise<void>((resolve, reject) => {
      this.#listener = ([told]) => {
        if (told?.kind === 'ready' && told.protocol === PROTOCOL) resolve();
        else reject(new Error(told?.kind === 'failed' ? told.message : 'its script is not of this version'));
      };
    });
    const keys = this.#storage && Object.keys(this.#storage).filter((key) => key.startsWith(PREFIX));
    const kept = keys?.map((key): Kept => [key, this.#storage!.getItem(key)]);
    all.add(this);
    this.#worker.postMessage([{ kind: 'begin', module, kept, view: document.visibilityState }] satisfies Asked[]);
    addEventListener('storage', this.#stored);
    const timer = setTimeout(() => this.#fail(new Error('it did not start')), START_WITHIN);
    return Promise.race([ready, this.#failed]).finally(() => clearTimeout(timer));
  }

  /** Hears what the worker tells, and why it has ended. */
  listen(told: (message: readonly Told[]) => void, ended: (why: string) => void): void {
    this.#listener = told;
    this.#failed.catch((cause: Error) => ended(`the worker stopped: ${cause.message}`));
  }

  /** Posts, with all else that is asked in this turn. */
  post(asked: Asked): void {
    if (this.#out.push(asked) === 1) queueMicrotask(() => this.flush());
  }

  flush(): void {
    const out = this.#out;
    if (out.length === 0) return;
    this.#out = [];
    this.#worker.postMessage(out);
  }

  /** Tells the worker what is kept of a store, for this page may have changed it, of which it hears nothing. */
  refresh(name: string): void {
    const key = PREFIX + name;
    if (this.#storage) this.#kept([key, this.#storage.getItem(key)]);
  }

  #kept(entry: Kept): void {
    this.post({ kind: 'kept', entry, heard: this.#heard });
  }

  end(): void {
    all.delete(this);
    removeEventListener('storage', this.#stored);
    this.#worker.terminate();
  }

  #take(message: readonly Told[]): void {
    for (const told of message) {
      if (told.kind !== 'keep') continue;
      this.#keep(told.entry);
      this.#heard = told.number;
      for (const other of all) if (other !== this) other.#kept(told.entry);
    }
    this.#listener(message);
  }

  #keep([key, value]: Kept): void {
    try {
      if (value === null) this.#storage!.removeItem(key);
      else this.#storage!.setItem(key, value);
    } catch {
      // It is full, or was taken away: then there is no second place.
    }
  }

  /** What other tabs put into localStorage. */
  readonly #stored = ({ storageArea, key, newValue }: StorageEvent) => {
    if (storageArea === this.#storage && key?.startsWith(PREFIX)) this.#kept([key, newValue]);
  };
}

/** The page's localStorage, unless the browser denies it. */
function localStorageOf(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
