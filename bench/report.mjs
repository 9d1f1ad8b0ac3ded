// Turns figures into medians, and medians into a table.

export const ROWS = [
  { key: 'import', label: 'import of N records, durable', unit: 'ms' },
  { key: 'query', label: 'query of at most 10,000 records as objects', unit: 'ms' },
  { key: 'repeated', label: 'the same query again', unit: 'ms' },
  { key: 'gets', label: '1,000 gets by id, one by one', unit: 'ms' },
  { key: 'largest', label: 'the 50 largest of N', unit: 'ms' },
  { key: 'saves', label: '200 saves, awaited one by one', unit: 'ms' },
  { key: 'reopen', label: 'new page to its first record', unit: 'ms' },
  { key: 'engineHeap', label: "the engine's heap", unit: 'MB' },
  { key: 'pageHeap', label: 'JavaScript heap afterwards', unit: 'MB' },
];

/** Medians with their extremes, by adapter and key. */
export function summary(results) {
  const summarized = {};
  for (const [adapter, rounds] of results) {
    summarized[adapter] = {};
    for (const { key } of ROWS) {
      const values = rounds.map((r) => r[key]).filter((v) => typeof v === 'number').sort((a, b) => a - b);
      if (values.length > 0) summarized[adapter][key] = { median: median(values), min: values[0], max: values.at(-1) };
    }
  }
  return summarized;
}

/** The middle of numbers in order. */
export function median(sorted) {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How many times as fast (or as small) the last adapter is as each of the others, by adapter and key. */
export function ratios(summarized, adapters) {
  const other = adapters.at(-1);
  return Object.fromEntries(adapters.slice(0, -1).map((base) => {
    const found = {};
    for (const { key } of ROWS) {
      const [a, b] = [summarized[base]?.[key], summarized[other]?.[key]];
      if (a && b) found[key] = a.median / b.median;
    }
    return [base, found];
  }));
}

/** The table that people read. */
export function table(summarized, adapters, times) {
  const bases = Object.keys(times);
  const head = ['', ...adapters, ...bases.map((base) => `× as good as ${base}`)];
  const lines = ROWS.map(({ key, label, unit }) => [
    label,
    ...adapters.map((adapter) => cell(summarized[adapter][key], unit)),
    ...bases.map((base) => (times[base][key] === undefined ? '' : `${figure(times[base][key])} ×`)),
  ]);
  return aligned([head, ...lines]);
}

function cell(value, unit) {
  if (!value) return '–';
  const scale = unit === 'MB' ? 1e6 : 1;
  return `${figure(value.median / scale)} ${unit} (${figure(value.min / scale)}–${figure(value.max / scale)})`;
}

/** Three digits that count. */
export function figure(n) {
  if (n >= 100) return Math.round(n).toLocaleString('en');
  return n >= 10 ? n.toFixed(1) : n.toFixed(2);
}

/** Rows as a table of text. */
export function aligned(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) => row.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join('  ')).join('\n');
}
