import type { Kept } from './protocol.js';

/**
 * Stands in for localStorage, which workers lack: the page sends what its own holds, and
 * is told of what changes. The engine keeps there what it has seen of a store, to notice
 * when the browser loses the rest.
 */
export class KeptStorage {
  readonly #values = new Map<string, string>();
  /** The number of the last change that was made here, by key. */
  readonly #changed = new Map<string, number>();
  #number = 0;
  readonly #tell: (entry: Kept, number: number) => void;

  constructor(entries: readonly Kept[], tell: (entry: Kept, number: number) => void) {
    for (const entry of entries) this.#put(entry);
    this.#tell = tell;
  }

  /** Takes in what the page's localStorage holds, unless a change made here is still on its way there. */
  take(entry: Kept, heard: number): void {
    if ((this.#changed.get(entry[0]) ?? 0) <= heard) this.#put(entry);
  }

  getItem(key: string): string | null {
    return this.#values.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#keep([key, value]);
  }

  removeItem(key: string): void {
    this.#keep([key, null]);
  }

  #keep(entry: Kept): void {
    this.#put(entry);
    this.#changed.set(entry[0], ++this.#number);
    this.#tell(entry, this.#number);
  }

  #put([key, value]: Kept): void {
    if (value === null) this.#values.delete(key);
    else this.#values.set(key, value);
  }
}
