// Makes outlines small: the points that a reader of a world map would miss, as
// whole numbers.

/** What a point may be off, in degrees. */
const TOLERANCE = 0.06;
/** Islands smaller than this, in degrees across, are left out unless they are all there is. */
const SMALLEST = 0.12;
/** The unit of the result: hundredths of a degree. */
const UNIT = 100;

/** Simplifies rings of [lon, lat] into rings of whole numbers: lon, lat, lon, lat, … */
export function simplify(rings) {
  const sized = rings.map((ring) => ({ ring, across: across(ring) })).sort((a, b) => b.across - a.across);
  return sized
    .filter(({ across: size }, i) => i === 0 || size >= SMALLEST)
    .map(({ ring, across: size }) => thin(ring, Math.min(TOLERANCE, size / 12)))
    .filter((ring) => ring.length >= 4)
    .map((ring) => ring.flatMap(([lon, lat]) => [Math.round(lon * UNIT), Math.round(lat * UNIT)]));
}

function across(ring) {
  const lons = ring.map(([lon]) => lon);
  const lats = ring.map(([, lat]) => lat);
  return Math.max(span(lons), span(lats));
}

function span(numbers) {
  return numbers.reduce((a, b) => Math.max(a, b), -Infinity) - numbers.reduce((a, b) => Math.min(a, b), Infinity);
}

/** Douglas and Peucker's method, with a list of spans still to be looked at. */
function thin(ring, tolerance) {
  const keep = new Uint8Array(ring.length);
  const middle = ring.length >> 1; // a ring ends where it begins: its two halves are lines
  keep[0] = keep[middle] = keep[ring.length - 1] = 1;
  const spans = [[0, middle], [middle, ring.length - 1]];
  for (let next = spans.pop(); next; next = spans.pop()) {
    const [from, to] = next;
    const far = farthest(ring, from, to);
    if (far.distance <= tolerance) continue;
    keep[far.at] = 1;
    spans.push([from, far.at], [far.at, to]);
  }
  return ring.filter((_, i) => keep[i]);
}

function farthest(ring, from, to) {
  const [ax, ay] = ring[from];
  const dx = ring[to][0] - ax;
  const dy = ring[to][1] - ay;
  const length = Math.hypot(dx, dy) || 1;
  const found = { at: from, distance: 0 };
  for (let i = from + 1; i < to; i++) {
    const distance = Math.abs((ring[i][0] - ax) * dy - (ring[i][1] - ay) * dx) / length;
    if (distance > found.distance) Object.assign(found, { at: i, distance });
  }
  return found;
}
