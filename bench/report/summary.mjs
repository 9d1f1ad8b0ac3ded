// Turns rounds of figures into medians, and medians into ratios.

import { BASES, GRANARY } from '../registry.mjs';
import { ROWS, valueOf } from './rows.mjs';

/**
 * By row and peer: { median, min, max, flushed, block, capped, manual }. `flushed` and
 * `block` are medians in milliseconds; `capped` says of how much of an import the
 * figure was extrapolated; `manual` that a query was asked again by hand.
 */
export function summarize(results) {
  const summary = {};
  for (const row of ROWS) {
    summary[row.key] = {};
    for (const [peer, rounds] of Object.entries(results)) {
      const figures = rounds.map((figuresOf) => figuresOf[row.key]).filter((f) => valueOf(row, f) !== undefined);
      if (figures.length > 0) summary[row.key][peer] = cell(row, figures);
    }
  }
  return summary;
}

function cell(row, figures) {
  const values = sorted(figures.map((f) => valueOf(row, f)));
  return {
    median: median(values), min: values[0], max: values.at(-1),
    flushed: middle(figures.map((f) => f.flushed)),
    block: middle(figures.map((f) => f.block)),
    capped: figures.find((f) => f.capped)?.capped,
    manual: figures.find((f) => f.manual)?.manual,
  };
}

const sorted = (values) => [...values].sort((a, b) => a - b);

function middle(values) {
  const known = values.filter((v) => typeof v === 'number');
  return known.length > 0 ? median(sorted(known)) : undefined;
}

/** The middle of numbers in order. */
export function median(inOrder) {
  const half = inOrder.length >> 1;
  return inOrder.length % 2 === 1 ? inOrder[half] : (inOrder[half - 1] + inOrder[half]) / 2;
}

/**
 * How many times as good Granary, in the page, is as others, by row: { amplify, raw,
 * durable, best }, each { times, peer }. `durable` is the best of them whose writes are on
 * disk when they are acknowledged, `best` the best of all.
 */
export function ratios(summary, peers) {
  const others = peers.filter((p) => !p.ours);
  return Object.fromEntries(ROWS.map(({ key }) => {
    const figures = summary[key];
    const against = (peer) => peer && figures[GRANARY] && figures[peer] && { peer, times: figures[peer].median / figures[GRANARY].median };
    return [key, {
      ...Object.fromEntries(Object.entries(BASES).map(([name, peer]) => [name, against(peer)])),
      durable: against(best(figures, others.filter((p) => !p.writeBehind))),
      best: against(best(figures, others)),
    }];
  }));
}

/** The id of the peer with the smallest figure. */
function best(figures, peers) {
  return ranked(figures, peers)[0];
}

/** The ids of peers with a figure, the best first. */
export function ranked(figures, peers) {
  return peers.map((p) => p.id).filter((id) => figures[id]).sort((a, b) => figures[a].median - figures[b].median);
}
