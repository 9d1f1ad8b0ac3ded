import { LARGE_TEXT } from './limits.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The engine's memory. Growing detaches its buffer, so every method takes a fresh
 * view, and what it gives out is a copy.
 */
export class EngineMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #room: (length: number) => number;

  /** `room` asks the engine for room for so many bytes of input. */
  constructor(memory: WebAssembly.Memory, room: (length: number) => number) {
    this.#memory = memory;
    this.#room = room;
  }

  /** Puts text into the input buffer and returns its length in bytes. */
  writeText(text: string): number {
    if (text.length > LARGE_TEXT) return this.writeBytes(encoder.encode(text));
    const most = text.length * 3; // a UTF-16 unit is at most three bytes of UTF-8
    const address = this.#room(most) >>> 0;
    return encoder.encodeInto(text, new Uint8Array(this.#memory.buffer, address, most)).written;
  }

  /** Puts bytes into the input buffer and returns their number. */
  writeBytes(bytes: Uint8Array): number {
    const address = this.#room(bytes.length) >>> 0;
    new Uint8Array(this.#memory.buffer, address, bytes.length).set(bytes);
    return bytes.length;
  }

  /** A view that is good until the engine is next called. */
  view(address: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer as ArrayBuffer, address >>> 0, length >>> 0);
  }

  readText(address: number, length: number): string {
    return decoder.decode(this.view(address, length));
  }

  /** Reads 32-bit unsigned little-endian numbers; the address need not be aligned. */
  readNumbers(address: number, length: number): Uint32Array {
    const start = address >>> 0;
    return new Uint32Array(this.#memory.buffer.slice(start, start + (length >>> 0)) as ArrayBuffer);
  }
}
