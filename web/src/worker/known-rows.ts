import { ROWS_PER_FETCH } from '../limits.js';
import type { Named } from './answers.js';
import type { Bytes, Rows } from './protocol.js';

/** Rows that a page was sent, above which all are sent again. */
const MOST_KNOWN = 1 << 20;

/** Reads rows of a model, packed. */
type ReadRows = (model: number, rows: Uint32Array<ArrayBuffer>) => Bytes;

/**
 * Which states of rows of a store the page was sent. It may have dropped some since, and
 * then asks for all that an answer names.
 */
export class KnownRows {
  readonly #read: ReadRows;
  #known = new Map<number, Map<number, number>>(); // the version, by model and row
  #epoch: number | undefined;
  #size = 0;

  constructor(read: ReadRows) {
    this.#read = read;
  }

  /** The rows that an answer names and the page lacks; with `all` those too that it has. */
  lacking(named: readonly Named[], all: boolean): Rows[] {
    return named.flatMap(({ model, epoch, pairs }) => {
      const known = this.#of(model, epoch);
      const rows: number[] = [];
      for (let i = 0; i + 1 < pairs.length; i += 2) {
        const [row, version] = [pairs[i]!, pairs[i + 1]!];
        if (version === 0 || (!all && known.get(row) === version)) continue;
        this.#note(known, row, version);
        rows.push(row);
      }
      return this.#rows(model, rows);
    });
  }

  /** Notes what the page has without being sent it. */
  has(model: number, epoch: number, row: number, version: number): void {
    this.#note(this.#of(model, epoch), row, version);
  }

  #of(model: number, epoch: number): Map<number, number> {
    if (epoch !== this.#epoch || this.#size > MOST_KNOWN) {
      this.#known.clear();
      this.#epoch = epoch;
      this.#size = 0;
    }
    let known = this.#known.get(model);
    if (!known) this.#known.set(model, (known = new Map()));
    return known;
  }

  #note(known: Map<number, number>, row: number, version: number): void {
    this.#size++;
    known.set(row, version);
  }

  #rows(model: number, list: readonly number[]): Rows[] {
    const all: Rows[] = [];
    for (let from = 0; from < list.length; from += ROWS_PER_FETCH) {
      const rows = Uint32Array.from(list.slice(from, from + ROWS_PER_FETCH));
      all.push({ model, rows, bytes: this.#read(model, rows) });
    }
    return all;
  }
}
