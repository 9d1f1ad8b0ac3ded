import { packed } from '../../reading.js';
import { readBytes } from './answer.js';
import type { Bytes, Rows } from '../../worker/protocol.js';

/** One piece of rows; read when a record of it is first wanted. */
class Piece {
  readonly model: number;
  readonly rows: Uint32Array;
  readonly #bytes: Bytes;
  #parsed: unknown[][] | undefined;
  #places: Map<number, number> | undefined;

  constructor({ model, rows, bytes }: Rows) {
    this.model = model;
    this.rows = rows;
    this.#bytes = bytes;
  }

  get parsed(): unknown[][] {
    return (this.#parsed ??= this.#read());
  }

  #read(): unknown[][] {
    const next = readBytes(this.#bytes, packed);
    return Array.from(this.rows, () => [...next()]);
  }

  /** Where a row stands, if it does. */
  place(row: number): number | undefined {
    this.#places ??= new Map(Array.from(this.rows, (number, i) => [number, i]));
    return this.#places.get(row);
  }
}

/** The rows that came with an answer. */
export class ReceivedRows {
  readonly #pieces: Piece[];

  constructor(rows: readonly Rows[]) {
    this.#pieces = rows.map((one) => new Piece(one));
  }

  /** Takes in what came later, which counts for more. */
  add(rows: readonly Rows[]): void {
    this.#pieces.unshift(...rows.map((one) => new Piece(one)));
  }

  /** The rows of a model with those numbers, in order, or undefined when some are not here. */
  of(model: number, wanted: Uint32Array): unknown[][] | undefined {
    const pieces = this.#pieces.filter((piece) => piece.model === model);
    const whole = pieces.find(({ rows }) => rows.length === wanted.length && rows.every((row, i) => row === wanted[i]));
    if (whole) return whole.parsed;
    const found: unknown[][] = [];
    for (const row of wanted) {
      const piece = pieces.find((one) => one.place(row) !== undefined);
      if (!piece) return undefined;
      found.push(piece.parsed[piece.place(row)!]!);
    }
    return found;
  }
}
