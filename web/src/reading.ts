import type { EngineMemory } from './memory.js';

/** How bytes that the engine answers are read. */
export type Read<T> = (memory: EngineMemory, address: number, length: number) => T;

/** The answer as 32-bit numbers. */
export const numbers: Read<Uint32Array> = (memory, address, length) => memory.readNumbers(address, length);

/** The answer as what its JSON text says. */
export const json: Read<unknown> = (memory, address, length) => JSON.parse(memory.readText(address, length));

const REF_BYTES = 12;

/** An epoch, row and version as numbers, and the row's values, to be asked for before the engine is called again. */
export const found: Read<readonly [ref: Uint32Array, values: () => unknown[]]> = (memory, address, length) =>
  [memory.readNumbers(address, Math.min(length, REF_BYTES)), () => json(memory, address + REF_BYTES, length - REF_BYTES) as unknown[]];

const HEAD_BYTES = 16;

/** The values of rows, as store/record/packed.go writes them: each call gives those of the next row, before it is called again. */
export const packed: Read<() => unknown[]> = (memory, address) => {
  const [fields, sizesBytes, textBytes, othersBytes] = memory.readNumbers(address, HEAD_BYTES) as unknown as [number, number, number, number];
  const sizes = memory.readNumbers(address + HEAD_BYTES, sizesBytes);
  const textAt = address + HEAD_BYTES + sizesBytes;
  const text = memory.readText(textAt, textBytes);
  const others = json(memory, textAt + textBytes, othersBytes) as unknown[][];
  const values: unknown[] = [];
  let [i, at] = [0, 0];
  return () => {
    const end = i + fields;
    if (!sizes[i]) {
      i = end;
      return others.shift()!;
    }
    for (let field = 0; i < end; field++) {
      const next = at + sizes[i++]!;
      values[field] = text[at] === '"' ? text.slice(at + 1, next - 2) : JSON.parse(text.slice(at, next - 1));
      at = next;
    }
    return values;
  };
};

/** There is no answer. */
export const nothing: Read<undefined> = () => undefined;

/** Verbs whose outcome is known when the engine stops: nothing was written. */
export const READING = /^(open|close|check|stats|export|peek)/;
