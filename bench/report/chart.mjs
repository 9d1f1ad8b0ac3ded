// The chart of a comparison: a panel for each workload, a row for each peer, the best on top.

import { digits, ROWS } from './rows.mjs';
import { ranked } from './summary.mjs';
import { dot, drawing, line, logScale, text, tickLabel } from './svg.mjs';

const WIDTH = 960;
const MARGIN = 14;
const PANEL = 450;
const ROW = 18;
const HEAD = 26;
const FOOT = 24;
const LEGEND = 60;
const PLOT = { from: 176, to: 362 };

/** The chart of the rows of one kind ("opening", "writing", "reading", "room"), as SVG. */
export function chart(run, peers, kind) {
  const rows = ROWS.filter((row) => row.chart === kind && ranked(run.summary[row.key], peers).length > 0);
  const heights = rows.map((row) => HEAD + ranked(run.summary[row.key], peers).length * ROW + FOOT);
  const parts = legend(rows);
  let top = LEGEND;
  for (let i = 0; i < rows.length; i += 2) {
    [rows[i], rows[i + 1]].forEach((row, column) => {
      if (row) parts.push(`<g transform="translate(${column === 0 ? MARGIN : WIDTH - MARGIN - PANEL} ${top})">`, ...panel(run.summary[row.key], row, peers), '</g>');
    });
    top += Math.max(heights[i], heights[i + 1] ?? 0) + 18;
  }
  return drawing(WIDTH, top, `${kind}: Granary and other libraries`, parts);
}

function legend(rows) {
  const parts = [
    dot(MARGIN + 5, 20, 4.5, 'own-mark'), text(MARGIN + 15, 24, 'Granary', { kind: 'own' }),
    dot(102, 20, 4, 'dot'), text(112, 24, 'median of a library, and its least and most', { kind: 'muted' }),
  ];
  if (rows.some((row) => row.writes)) {
    parts.push(dot(392, 20, 4, 'early'), text(402, 24, 'acknowledged before it is on disk, which it is at the bar', { kind: 'muted' }));
  }
  parts.push(text(MARGIN, 44, `Log scales, each with a range of its own; less is better.${rows.some((row) => row.key === 'w4') ? ' ≈ extrapolated.' : ''}${rows.some((row) => row.key === 'w11live') ? ' ↻ the query is asked again by hand.' : ''}`, { kind: 'muted small' }));
  return parts;
}

function panel(figures, row, peers) {
  const ids = ranked(figures, peers);
  const values = ids.flatMap((id) => [figures[id].min, figures[id].max, figures[id].flushed].filter((v) => v > 0));
  const scale = logScale(values, PLOT.from, PLOT.to);
  const bottom = HEAD + ids.length * ROW;
  const parts = [text(0, 14, row.label, { kind: 'ink title' })];
  // Labels that would touch each other are left out.
  const every = Math.ceil(scale.ticks.length / 5);
  scale.ticks.forEach((tick, i) => {
    parts.push(line(scale.at(tick), HEAD - 4, scale.at(tick), bottom + 2, 'grid'));
    if (i % every === 0) parts.push(text(scale.at(tick), bottom + 15, tickLabel(tick, row.unit), { kind: 'muted small', anchor: 'middle' }));
  });
  ids.forEach((id, i) => parts.push(...mark(figures[id], peers.find((p) => p.id === id), row, scale, HEAD + i * ROW + ROW / 2)));
  return parts;
}

function mark(cell, peer, row, { at }, y) {
  const own = peer.ours;
  const early = row.writes && peer.writeBehind;
  const stroke = own ? 'own-line' : 'spread';
  const parts = [text(PLOT.from - 12, y + 4, peer.name, { kind: own ? 'own' : 'ink', anchor: 'end' })];
  if (cell.max > cell.min) parts.push(line(at(cell.min), y, at(cell.max), y, stroke));
  if (early && cell.flushed) parts.push(line(at(cell.median), y, at(cell.flushed), y, stroke), line(at(cell.flushed), y - 5, at(cell.flushed), y + 5, stroke));
  parts.push(dot(at(cell.median), y, own ? 4.5 : 4, own ? 'own-mark' : early ? 'early' : 'dot'));
  parts.push(text(PANEL, y + 4, `${cell.capped ? '≈ ' : ''}${digits(cell.median)} ${row.unit}${cell.manual ? ' ↻' : ''}`, { kind: own ? 'own' : 'ink', anchor: 'end' }));
  return parts;
}
