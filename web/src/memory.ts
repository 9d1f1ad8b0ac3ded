import { encodeTexts } from './text.js';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What is needed of an engine's exports to reach its memory. */
interface Reach {
  readonly mem: { readonly buffer: ArrayBufferLike };
  /** Makes room for so many bytes of input. */
  granary_input(length: number): void;
}

/**
 * The engine's memory. Growing detaches its buffer, so every method takes a view that
 * is good now, and what it gives out is a copy.
 */
export class EngineMemory {
  readonly #exports: Reach;
  readonly #at: number;
  #places = new Uint32Array();

  /** `places` is the address of where the engine says where its buffers are. */
  constructor(exports: Reach, places: number) {
    this.#exports = exports;
    this.#at = places;
  }

  /** One of the places: 0 is the address of the input buffer, 1 its length, 2 where the last answer stands. */
  place(i: number): number {
    if (this.#places.length === 0) this.#places = new Uint32Array(this.#exports.mem.buffer as ArrayBuffer, this.#at); // a detached one has none
    return this.#places[i]!;
  }

  /** Room for so many bytes of input. */
  #input(length: number): Uint8Array {
    if (length > this.place(1)) this.#exports.granary_input(length);
    return this.view(this.place(0), length);
  }

  /** Puts texts into the input buffer, one behind the other, and returns their length in bytes. */
  writeTexts(texts: readonly string[]): number {
    return encodeTexts(texts, (bytes) => this.#input(bytes));
  }

  /** Puts bytes into the input buffer and returns their number. */
  writeBytes(bytes: Uint8Array): number {
    this.#input(bytes.length).set(bytes);
    return bytes.length;
  }

  /** A view that is good until the engine is next called. */
  view(address: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#exports.mem.buffer as ArrayBuffer, address >>> 0, length >>> 0);
  }

  readText(address: number, length: number): string {
    return decoder.decode(this.view(address, length));
  }

  /** Reads 32-bit unsigned little-endian numbers; the address need not be aligned. */
  readNumbers(address: number, length: number): Uint32Array {
    return new Uint32Array(this.view(address, length).slice().buffer);
  }
}
