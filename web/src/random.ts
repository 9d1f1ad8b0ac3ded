const IDS_PER_BATCH = 128;
const BYTES_PER_ID = 16;
const DASHES_BEFORE = [4, 6, 8, 10];

const pool = new Uint8Array(IDS_PER_BATCH * BYTES_PER_ID);
const hex = Array.from({ length: 256 }, (_, i) => (i + 256).toString(16).slice(1));
let next = pool.length;

/**
 * A new UUID of version 4. Randomness is drawn for many at once, and from
 * getRandomValues, which pages without https have too.
 */
export function newId(): string {
  if (next === pool.length) {
    crypto.getRandomValues(pool);
    next = 0;
  }
  pool[next + 6] = (pool[next + 6]! & 0x0f) | 0x40;
  pool[next + 8] = (pool[next + 8]! & 0x3f) | 0x80;
  let id = '';
  for (let at = 0; at < BYTES_PER_ID; at++) id += (DASHES_BEFORE.includes(at) ? '-' : '') + hex[pool[next++]!]!;
  return id;
}
