import type { EngineMemory } from './memory.js';

/** How bytes that the engine answers are read. */
export type Read<T> = (memory: EngineMemory, address: number, length: number) => T;

/** The answer as 32-bit numbers. */
export const numbers: Read<Uint32Array> = (memory, address, length) => memory.readNumbers(address, length);

/** The answer as what its JSON text says. */
export const json: Read<unknown> = (memory, address, length) => JSON.parse(memory.readText(address, length));

const REF_BYTES = 12;

/** An epoch, row and version as numbers, and the row's values, for before the engine is called again. */
export const found: Read<readonly [ref: Uint32Array, values: () => unknown[][]]> = (memory, address, length) =>
  [memory.readNumbers(address, Math.min(length, REF_BYTES)), () => json(memory, address + REF_BYTES, length - REF_BYTES) as unknown[][]];

/** There is no answer. */
export const nothing: Read<undefined> = () => undefined;

/** Verbs whose outcome is known when the engine stops: nothing was written. */
export const READING = /^(open|close|check|stats|export|peek)/;
