// The rows of the comparison: what they are called, in which unit, and which figures compete.

/**
 * `writes`: the figure is of writes, so it is as good as its durability is. `of` names
 * the rows of a chart that belong together. Units: ms, MB, kB.
 */
export const ROWS = [
  { key: 'bundle', label: 'what the page loads, brotli', unit: 'kB', chart: 'room' },
  { key: 'w1', label: 'W1 open + first query, empty store', unit: 'ms', chart: 'opening' },
  { key: 'w2', label: 'W2 1,000 saves, one by one', unit: 'ms', chart: 'writing', writes: true },
  { key: 'w3', label: 'W3 1,000 saves together', unit: 'ms', chart: 'writing', writes: true },
  { key: 'w4', label: 'W4 import of everything', unit: 'ms', chart: 'writing', writes: true },
  { key: 'disk', label: 'disk after the import', unit: 'MB', chart: 'room' },
  { key: 'w5browser', label: 'W5 open + get by id, restarted browser', unit: 'ms', chart: 'opening' },
  { key: 'w5page', label: 'W5 open + get by id, new page', unit: 'ms', chart: 'opening' },
  { key: 'w6', label: 'W6 1,000 gets by id, one by one', unit: 'ms', chart: 'reading' },
  { key: 'w6again', label: 'W6 the same again', unit: 'ms', chart: 'reading' },
  { key: 'w7', label: 'W7 100 × comments of a post', unit: 'ms', chart: 'reading' },
  { key: 'w7again', label: 'W7 the same again', unit: 'ms', chart: 'reading' },
  { key: 'w8', label: 'W8 predicate, sort, limit: one query', unit: 'ms', chart: 'reading' },
  { key: 'w9a', label: 'W9 100 × posts with a comment by X', unit: 'ms', chart: 'reading' },
  { key: 'w9again', label: 'W9 the same again', unit: 'ms', chart: 'reading' },
  { key: 'w9b', label: 'W9 100 × users joined with a post', unit: 'ms', chart: 'reading' },
  { key: 'w10', label: 'W10 all comments as objects', unit: 'ms', chart: 'reading' },
  { key: 'w10again', label: 'W10 the same again', unit: 'ms', chart: 'reading' },
  { key: 'w11', label: 'W11 1,000 updates, one by one', unit: 'ms', chart: 'writing', writes: true },
  { key: 'w11live', label: 'W11 a save until the live query tells', unit: 'ms', chart: 'reading' },
  { key: 'w11observed', label: 'W11 the same, observing and asking again', unit: 'ms' },
  { key: 'w12', label: 'W12 delete 100 posts and all of theirs', unit: 'ms', chart: 'writing', writes: true },
  { key: 'w13heap', label: 'W13 JavaScript heap after W10', unit: 'MB', chart: 'room' },
  { key: 'w13whole', label: 'W13 the page with wasm and workers', unit: 'MB', chart: 'room' },
];

const SCALES = { ms: 1, MB: 1e6, kB: 1e3 };

/** A figure in the unit of its row. */
export function valueOf({ unit }, figure) {
  const raw = figure?.ms ?? figure?.bytes;
  return raw === undefined ? undefined : raw / SCALES[unit];
}

/** Three digits that count. */
export function digits(n) {
  if (n >= 100) return Math.round(n).toLocaleString('en');
  return n >= 10 ? n.toFixed(1) : n.toFixed(2);
}
