// Tables of medians.

import { GRANARY } from '../registry.mjs';
import { REASONS } from './reasons.mjs';
import { digits, ROWS } from './rows.mjs';
import { ratios } from './summary.mjs';

/** The table for a terminal: a line for each row and peer would be too long, so a block for each row. */
export function plainTable({ summary, size, rounds }, peers) {
  const times = ratios(summary, peers);
  const blocks = ROWS.filter(({ key }) => Object.keys(summary[key]).length > 0).map((row) => {
    const lines = peers.filter(({ id }) => summary[row.key][id]).map((peer) => {
      const cell = summary[row.key][peer.id];
      return [`  ${peer.name}`, `${text(cell, row)}`, spread(cell), remarks(cell), cell.block === undefined ? '' : `block ${digits(cell.block)} ms`];
    });
    const best = times[row.key].best;
    const note = best ? `   Granary to the best other (${nameOf(peers, best.peer)}): ${ratio(best.times)}` : '';
    return `${row.label}${note}\n${aligned(lines)}`;
  });
  return `\nsize ${size}, rounds ${rounds}; median (min–max)\n\n${blocks.join('\n\n')}\n`;
}

/** The table of all figures for a page. */
export function markdownTable({ summary }, peers) {
  const head = ['', ...peers.map((p) => p.name)];
  const rows = ROWS.filter(({ key }) => Object.keys(summary[key]).length > 0).map((row) => [
    `${row.label}, ${row.unit}`,
    ...peers.map(({ id }) => {
      const cell = summary[row.key][id];
      return cell ? [`**${digits(cell.median)}**`, spread(cell), remarks(cell)].filter(Boolean).join(' ') : '–';
    }),
  ]);
  return markdown([head, ...rows]);
}

/** How many times as good Granary, in the page, is. */
export function ratioTable({ summary }, peers) {
  const times = ratios(summary, peers);
  const one = (found) => (found ? ratio(found.times) : '–');
  const withName = (found) => (found ? `${ratio(found.times)} (${nameOf(peers, found.peer)})` : '–');
  const rows = ROWS.filter(({ key }) => summary[key][GRANARY]).map(({ key, label }) => {
    const { amplify, raw, durable, best } = times[key];
    return [label, one(amplify), one(raw), withName(durable), withName(best)];
  });
  return markdown([['', 'Amplify DataStore', 'raw IndexedDB', 'best that is durable when it says so', 'best of all'], ...rows]);
}

/** The rows in which another is ahead of Granary, in the page, by how much, and why. */
export function reasonTable({ summary }, peers) {
  const times = ratios(summary, peers);
  const rows = ROWS.filter(({ key }) => times[key].best?.times < 1).map(({ key, label }) => {
    const { best } = times[key];
    return [label, `${nameOf(peers, best.peer)}, ${digits(1 / best.times)} ×`, REASONS[key] ?? ''];
  });
  return markdown([['', 'ahead', 'why'], ...rows], { words: true });
}

/** "3.2 ×", or "1/3.2" where the other is ahead. */
function ratio(times) {
  return times >= 1 ? `${digits(times)} ×` : `1/${digits(1 / times)}`;
}

/** The longest block of the page's thread in each row. */
export function blockTable({ summary }, peers) {
  const rows = ROWS.filter(({ key }) => Object.values(summary[key]).some((c) => c.block !== undefined)).map(({ key, label }) => [
    label, ...peers.map(({ id }) => (summary[key][id]?.block === undefined ? '–' : digits(summary[key][id].block))),
  ]);
  return markdown([['', ...peers.map((p) => p.name)], ...rows]);
}

const nameOf = (peers, id) => peers.find((p) => p.id === id).name;

function text(cell, { unit }) {
  return `${digits(cell.median)} ${unit}`;
}

function spread({ min, max }) {
  return min === max ? '' : `(${digits(min)}–${digits(max)})`;
}

function remarks({ flushed, capped, manual }) {
  return [
    flushed !== undefined && `on disk ${digits(flushed)}`,
    capped && `extrapolated from ${capped.done.toLocaleString('en')} of ${capped.whole.toLocaleString('en')}`,
    manual && 'asked again',
  ].filter(Boolean).join(', ');
}

/** A table of figures, or, with `words`, of words. */
export function markdown([head, ...rows], { words = false } = {}) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (words || i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** Rows as a table of text. */
export function aligned(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ').trimEnd()).join('\n');
}
