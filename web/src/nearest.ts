import { MAX_COMPARED_NAME } from './limits.js';

/**
 * The end of a message about an unknown name: "; did you mean title?", or the
 * names there are when none is near.
 */
export function suggestion(name: string, known: Iterable<string>): string {
  const names = [...known];
  if (name.length > MAX_COMPARED_NAME) return '';
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
  const row = [...b].map((_, i) => i + 1); // from what was read of a to each beginning of b
  for (const [i, letter] of [...a].entries()) {
    let corner = i;
    let left = i + 1;
    row.forEach((above, j) => {
      left = row[j] = Math.min(corner + Number(letter !== b[j]), above + 1, left + 1);
      corner = above;
    });
  }
  return row.at(-1)!;
}
