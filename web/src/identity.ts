/** A record that the page may still hold, and which state of it. */
class Known extends WeakRef<object> {
  readonly version: number;

  constructor(record: object, version: number) {
    super(record);
    this.version = version;
  }
}

const SWEPT_PER_RECORD = 2;

/**
 * The records of one model that the page already has, by row number: the same
 * version of a row is the same object. Records are held weakly. Entries whose
 * record is gone are swept a few at a time, in proportion to the entries used, so
 * that the map stays near the number of records alive and no call pays for all.
 */
export class IdentityMap {
  readonly #known = new Map<number, Known>();
  #sweep: Iterator<[number, Known]> | undefined;

  /** The record of that version of a row, if the page has it. */
  get(row: number, version: number): object | undefined {
    const known = this.#known.get(row);
    return known?.version === version ? known.deref() : undefined;
  }

  set(row: number, version: number, record: object): void {
    this.#known.set(row, new Known(record, version));
  }

  /** Looks at the next entries and removes those whose record is gone. */
  sweep(used: number): void {
    for (let left = used * SWEPT_PER_RECORD; left > 0; left--) {
      this.#sweep ??= this.#known.entries();
      const next = this.#sweep.next();
      if (next.done) {
        this.#sweep = undefined;
        return;
      }
      const [row, known] = next.value;
      if (!known.deref()) this.#known.delete(row);
    }
  }

  /** The number of entries, for tests of the sweep. */
  get size(): number {
    return this.#known.size;
  }
}
