// All cities as columns of numbers: what the map draws and searches, without a
// record in sight.

import { project, HALF_HEIGHT, HALF_WIDTH } from './projection.js';
import type { Spot } from './store.js';

/** What a dot looks like. */
export const Look = { Gone: 0, Faint: 1, Bright: 2 } as const;
export type Look = (typeof Look)[keyof typeof Look];

const FIRST_CAPACITY = 1 << 14;
const CELL = 0.04; // the grid's cells, on the projected map
const COLUMNS = Math.ceil((2 * HALF_WIDTH) / CELL) + 1;
const ROWS = Math.ceil((2 * HALF_HEIGHT) / CELL) + 1;
const NONE = -1;

/** The dots of the map. A dot's number stays the same for as long as its city is there. */
export class Dots {
  count = 0;
  x = new Float32Array(FIRST_CAPACITY);
  y = new Float32Array(FIRST_CAPACITY);
  /** The logarithm of the population, base 10; 0 for unknown. */
  size = new Float32Array(FIRST_CAPACITY);
  look = new Uint8Array(FIRST_CAPACITY);
  /**
   * The records are held, so that the answer of a later query is these very objects
   * and nothing has to be read twice.
   */
  readonly #records: Spot[] = [];
  readonly #numbers = new Map<string, number>();
  #next = new Int32Array(FIRST_CAPACITY); // the next dot of the same cell
  readonly #first = new Int32Array(COLUMNS * ROWS).fill(NONE);

  /** Adds cities, or takes the newer state of those that are there. */
  add(cities: readonly Spot[], look: Look): void {
    for (const city of cities) {
      const known = this.#numbers.get(city.id);
      if (known === undefined) this.#insert(city, look);
      else {
        this.#records[known] = city;
        if (this.look[known] === Look.Gone) this.look[known] = look;
      }
    }
  }

  /** Makes the given cities bright and all others faint; undefined makes all bright. */
  highlight(cities: readonly Spot[] | undefined): void {
    for (let i = 0; i < this.count; i++) if (this.look[i] !== Look.Gone) this.look[i] = cities ? Look.Faint : Look.Bright;
    for (const { id } of cities ?? []) this.#set(id, Look.Bright);
  }

  /** Takes cities off the map. */
  remove(cities: readonly Spot[]): void {
    for (const { id } of cities) this.#set(id, Look.Gone);
  }

  /** The city of a dot, in its newest state that was added. */
  city(dot: number): Spot {
    return this.#records[dot]!;
  }

  /** The dot of a city that is on the map. */
  dotOf(id: string): number | undefined {
    const dot = this.#numbers.get(id);
    return dot !== undefined && this.look[dot] !== Look.Gone ? dot : undefined;
  }

  /** The dot that a pointer at x, y means: near, and rather a large city than a small one. */
  nearest(x: number, y: number, reach: number): number | undefined {
    let best: number | undefined;
    let bestScore = Infinity;
    const [column, row] = cell(x, y);
    const cells = Math.min(Math.ceil(reach / CELL), 2);
    for (let r = Math.max(row - cells, 0); r <= Math.min(row + cells, ROWS - 1); r++) {
      for (let c = Math.max(column - cells, 0); c <= Math.min(column + cells, COLUMNS - 1); c++) {
        for (let dot = this.#first[r * COLUMNS + c]!; dot !== NONE; dot = this.#next[dot]!) {
          const distance = Math.hypot(this.x[dot]! - x, this.y[dot]! - y) / reach;
          if (distance > 1 || this.look[dot] === Look.Gone) continue;
          const score = distance - this.size[dot]! / 4 + (this.look[dot] === Look.Faint ? 3 : 0);
          if (score < bestScore) [best, bestScore] = [dot, score];
        }
      }
    }
    return best;
  }

  #insert(city: Spot, look: Look): void {
    const dot = this.count++;
    if (dot === this.x.length) this.#grow();
    const [x, y] = project(city.lon, city.lat);
    this.x[dot] = x;
    this.y[dot] = y;
    this.size[dot] = Math.log10(Math.max(city.population, 1));
    this.look[dot] = look;
    this.#records[dot] = city;
    this.#numbers.set(city.id, dot);
    const [column, row] = cell(x, y);
    const at = row * COLUMNS + column;
    this.#next[dot] = this.#first[at]!;
    this.#first[at] = dot;
  }

  #set(id: string, look: Look): void {
    const dot = this.#numbers.get(id);
    if (dot !== undefined) this.look[dot] = look;
  }

  #grow(): void {
    const longer = <T extends Float32Array | Uint8Array | Int32Array>(old: T): T => {
      const grown = new (old.constructor as new (length: number) => T)(old.length * 2);
      grown.set(old as never);
      return grown;
    };
    this.x = longer(this.x);
    this.y = longer(this.y);
    this.size = longer(this.size);
    this.look = longer(this.look);
    this.#next = longer(this.#next);
  }
}

function cell(x: number, y: number): [column: number, row: number] {
  return [Math.floor((x + HALF_WIDTH) / CELL), Math.floor((y + HALF_HEIGHT) / CELL)];
}
