import { RANDOM_BYTES_PER_CALL } from './limits.js';

const IDS_PER_BATCH = 128;
const BYTES_PER_ID = 16;

const pool = new Uint8Array(IDS_PER_BATCH * BYTES_PER_ID);
const hex: string[] = [];
let next = pool.length;

/** Fills bytes, however many, with random ones of cryptographic quality. */
export function fillRandom(bytes: Uint8Array<ArrayBuffer>): void {
  for (let at = 0; at < bytes.length; at += RANDOM_BYTES_PER_CALL) {
    crypto.getRandomValues(bytes.subarray(at, at + RANDOM_BYTES_PER_CALL));
  }
}

/**
 * A new UUID of version 4. Randomness is drawn for many at once, and from
 * getRandomValues, which pages without https have too.
 */
export function newId(): string {
  if (hex.length === 0) for (let i = 0; i < 256; i++) hex.push((i + 256).toString(16).slice(1));
  if (next === pool.length) {
    crypto.getRandomValues(pool);
    next = 0;
  }
  const b = pool;
  const i = next;
  next += BYTES_PER_ID;
  b[i + 6] = (b[i + 6]! & 0x0f) | 0x40;
  b[i + 8] = (b[i + 8]! & 0x3f) | 0x80;
  const h = (at: number) => hex[b[i + at]!]!;
  return (
    h(0) + h(1) + h(2) + h(3) + '-' + h(4) + h(5) + '-' + h(6) + h(7) + '-' + h(8) + h(9) + '-' +
    h(10) + h(11) + h(12) + h(13) + h(14) + h(15)
  );
}
