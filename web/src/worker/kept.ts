import type { Kept } from './protocol.js';

/**
 * Stands in for localStorage, which workers lack: the page sends what its own holds, and
 * is told of what changes. The engine keeps there what it has seen of a store, to notice
 * when the browser loses the rest.
 */
export class KeptStorage {
  readonly #values = new Map<string, string>();
  readonly #tell: (entry: Kept) => void;

  constructor(entries: readonly Kept[], tell: (entry: Kept) => void) {
    for (const entry of entries) this.take(entry);
    this.#tell = tell;
  }

  /** Takes in what the page's localStorage holds. */
  take([key, value]: Kept): void {
    if (value === null) this.#values.delete(key);
    else this.#values.set(key, value);
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
    this.take(entry);
    this.#tell(entry);
  }
}
