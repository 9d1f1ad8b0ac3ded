// The chart of growth: a panel for each workload, cost over the number of records, both on
// log scales, for Granary and the two peers that do best at that workload.

import { ROWS } from './rows.mjs';
import { dot, drawing, line, logScale, round, text, tickLabel } from './svg.mjs';

const WIDTH = 960;
const MARGIN = 14;
const PANEL = { width: 300, height: 210 };
const COLUMNS = 3;
const PLOT = { left: 52, right: 268, top: 44, bottom: 176 };
const KINDS = ['one', 'two', 'three'];

/** `growth` is { sizes: [records], rows: { key: [{ peer, name, values: [ms or undefined] }] } }. */
export function growthChart(growth) {
  const rows = ROWS.filter(({ key }) => growth.rows[key]);
  const step = (WIDTH - 2 * MARGIN - PANEL.width) / (COLUMNS - 1);
  const parts = rows.flatMap((row, i) => [
    `<g transform="translate(${round(MARGIN + (i % COLUMNS) * step)} ${MARGIN + Math.floor(i / COLUMNS) * PANEL.height})">`,
    ...panel(row, growth.rows[row.key], growth.sizes), '</g>',
  ]);
  return drawing(WIDTH, Math.ceil(rows.length / COLUMNS) * PANEL.height + MARGIN, 'cost over the number of records', parts);
}

function panel(row, lines, sizes) {
  const x = logScale(sizes, PLOT.left, PLOT.right);
  const y = logScale(lines.flatMap(({ values }) => values.filter((v) => v > 0)), PLOT.bottom, PLOT.top);
  const parts = [text(0, 14, row.label, { kind: 'ink title' })];
  for (const tick of x.ticks) {
    parts.push(line(x.at(tick), PLOT.top, x.at(tick), PLOT.bottom, 'grid'));
    parts.push(text(x.at(tick), PLOT.bottom + 15, tick >= 1e6 ? `${tick / 1e6} M` : `${tick / 1e3} k`, { kind: 'muted small', anchor: 'middle' }));
  }
  for (const tick of y.ticks) {
    parts.push(line(PLOT.left, y.at(tick), PLOT.right, y.at(tick), 'grid'), text(PLOT.left - 6, y.at(tick) + 4, tickLabel(tick, row.unit), { kind: 'muted small', anchor: 'end' }));
  }
  let nameAt = 0;
  lines.forEach(({ name: whole, values }, i) => {
    const name = whole.replace(/ \(.*\)/, ''); // what is in parentheses is told elsewhere
    const points = values.map((v, at) => (v > 0 ? [x.at(sizes[at]), y.at(v)] : undefined)).filter(Boolean);
    parts.push(`<polyline class="line ${KINDS[i]}" points="${points.map(([a, b]) => `${round(a)},${round(b)}`).join(' ')}"/>`);
    for (const [a, b] of points) parts.push(dot(a, b, 3, `fill-${KINDS[i]}`));
    parts.push(text(nameAt, 32, name, { kind: `fill-${KINDS[i]} small` }));
    nameAt += name.length * 6 + 14;
  });
  return parts;
}
