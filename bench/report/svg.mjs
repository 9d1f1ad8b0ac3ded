// What charts are made of: a page that follows the reader's light or dark scheme, log scales.

export const FONT = "font-family: system-ui, -apple-system, 'Segoe UI', sans-serif";

const SCHEME = `
  svg { ${FONT}; font-size: 12px; }
  .page { fill: #ffffff; } .ink { fill: #1f2328; } .muted { fill: #59636e; } .own { fill: #b93815; font-weight: 600; }
  .grid { stroke: #d8dee4; } .spread { stroke: #59636e; } .dot { fill: #59636e; stroke: #59636e; } .early { fill: #ffffff; stroke: #59636e; }
  .own-mark { fill: #b93815; stroke: #b93815; } .own-line { stroke: #b93815; }
  .line { fill: none; stroke-width: 2; } .one { stroke: #b93815; } .two { stroke: #0969da; } .three { stroke: #1a7f37; }
  .fill-one { fill: #b93815; } .fill-two { fill: #0969da; } .fill-three { fill: #1a7f37; }
  .title { font-weight: 600; font-size: 13px; } .small { font-size: 11px; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; } .ink { fill: #e6edf3; } .muted { fill: #9198a1; } .own { fill: #ff9a70; }
    .grid { stroke: #30363d; } .spread { stroke: #9198a1; } .dot { fill: #9198a1; stroke: #9198a1; } .early { fill: #0d1117; stroke: #9198a1; }
    .own-mark { fill: #ff9a70; stroke: #ff9a70; } .own-line { stroke: #ff9a70; }
    .one { stroke: #ff9a70; } .two { stroke: #58a6ff; } .three { stroke: #56d364; }
    .fill-one { fill: #ff9a70; } .fill-two { fill: #58a6ff; } .fill-three { fill: #56d364; }
  }`;

export function drawing(width, height, label, parts) {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(label)}">`,
    `<style>${SCHEME}\n</style>`,
    `<rect class="page" width="${width}" height="${height}"/>`,
    ...parts,
    '</svg>', '',
  ].join('\n');
}

export function text(x, y, content, { kind = 'ink', anchor = 'start' } = {}) {
  return `<text x="${round(x)}" y="${round(y)}" class="${kind}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

export function line(x1, y1, x2, y2, kind) {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" class="${kind}"/>`;
}

export function dot(x, y, radius, kind) {
  return `<circle cx="${round(x)}" cy="${round(y)}" r="${radius}" class="${kind}" stroke-width="1.5"/>`;
}

/** A log scale over whole powers of ten: a function to pixels, and its ticks. */
export function logScale(values, from, to) {
  const low = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9));
  const at = (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
  return { at, ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)) };
}

const LARGER = { ms: ['s', 1e3], kB: ['MB', 1e3], MB: ['GB', 1e3] };

/** A power of ten as a tick says it. */
export function tickLabel(value, unit) {
  const [name, factor] = LARGER[unit] ?? [];
  if (factor && value >= factor) return `${plain(value / factor)} ${name}`;
  return `${plain(value)} ${unit}`;
}

function plain(value) {
  return String(Number(value.toPrecision(6)));
}

export const round = (n) => Math.round(n * 10) / 10;

function escaped(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
