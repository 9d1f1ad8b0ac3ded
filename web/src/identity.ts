/** A record that the page may still hold, and which state of it. */
class Known extends WeakRef<object> {
  readonly version: number;

  constructor(record: object, version: number) {
    super(record);
    this.version = version;
  }
}

const SWEPT_PER_RECORD = 2;
/** A map of fewer entries is not worth sweeping. */
const SMALL_MAP = 1024;

/**
 * The records of one model that the page already has, by row number: the same
 * version of a row is the same object. Records are held weakly. Entries whose
 * record is gone are swept once the map has doubled, a few at a time, in proportion
 * to the entries used, so that the map stays near the number of records alive and no
 * call pays for all.
 */
export class IdentityMap {
  /** A test of the sweep counts them. @internal */
  readonly known = new Map<number, Known>();
  #sweep: Iterator<[number, Known]> | undefined;
  #sweptAt = SMALL_MAP;

  /** The record of that version of a row, if the page has it. */
  get(row: number, version: number): object | undefined {
    const known = this.known.get(row);
    return known?.version === version ? known.deref() : undefined;
  }

  set(row: number, version: number, record: object): void {
    this.known.set(row, new Known(record, version));
  }

  /** The records that the page still holds. */
  alive(): object[] {
    return [...this.known.values()].flatMap((known) => known.deref() ?? []);
  }

  /** Looks at the next entries, when a sweep is due, and removes those whose record is gone. */
  sweep(used: number): void {
    if (!this.#sweep && this.known.size < this.#sweptAt) return;
    for (let left = used * SWEPT_PER_RECORD; left > 0; left--) {
      this.#sweep ??= this.known.entries();
      const next = this.#sweep.next();
      if (next.done) {
        this.#sweep = undefined;
        this.#sweptAt = Math.max(SMALL_MAP, 2 * this.known.size);
        return;
      }
      const [row, known] = next.value;
      if (!known.deref()) this.known.delete(row);
    }
  }
}
