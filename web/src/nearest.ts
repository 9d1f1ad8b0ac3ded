import { MAX_COMPARED_NAME } from './limits.js';

/**
 * The end of a message about an unknown name: "; did you mean title?", or the
 * names there are when none is near.
 */
export function suggestion(name: string, known: Iterable<string>): string {
  const names = [...known];
  let best = '';
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  if (best) return `; did you mean ${best}?`;
  if (names.length === 0) return '';
  const shown = names.slice(0, 12).join(', ');
  return `; there are ${shown}${names.length > 12 ? ', …' : ''}`;
}

/** How many letters must be put in, taken out or exchanged to get from a to b. */
function editDistance(a: string, b: string): number {
  if (a.length > MAX_COMPARED_NAME || b.length > MAX_COMPARED_NAME) return Infinity;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchange = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(exchange, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
