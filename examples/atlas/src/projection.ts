// The Equal Earth projection: areas keep their proportions.

const A1 = 1.340264;
const A2 = -0.081106;
const A3 = 0.000893;
const A4 = 0.003796;
const M = Math.sqrt(3) / 2;
const RADIANS = Math.PI / 180;

/** Half the width of the projected world. */
export const HALF_WIDTH = project(180, 0)[0];
/** Half its height. */
export const HALF_HEIGHT = -project(0, 90)[1];

/** Where a place is on the map: x to the east, y to the south, the middle at 0, 0. */
export function project(lon: number, lat: number): [x: number, y: number] {
  const t = Math.asin(M * Math.sin(lat * RADIANS));
  const t2 = t * t;
  const t6 = t2 * t2 * t2;
  const x = (lon * RADIANS * Math.cos(t)) / (M * (A1 + 3 * A2 * t2 + t6 * (7 * A3 + 9 * A4 * t2)));
  const y = t * (A1 + A2 * t2 + t6 * (A3 + A4 * t2));
  return [x, -y];
}

const GRID = 30; // degrees between lines
const FINE = 3; // degrees between the points of a line

/** The edge of the world. */
export function sphere(): Path2D {
  const path = new Path2D();
  for (let lat = -90; lat <= 90; lat += FINE) path.lineTo(...project(180, lat));
  for (let lat = 90; lat >= -90; lat -= FINE) path.lineTo(...project(-180, lat));
  path.closePath();
  return path;
}

/** Meridians and parallels. */
export function graticule(): Path2D {
  const path = new Path2D();
  for (let lon = GRID - 180; lon < 180; lon += GRID) {
    path.moveTo(...project(lon, -90));
    for (let lat = -90; lat <= 90; lat += FINE) path.lineTo(...project(lon, lat));
  }
  for (let lat = GRID - 90; lat < 90; lat += GRID) {
    path.moveTo(...project(-180, lat));
    path.lineTo(...project(180, lat)); // parallels are straight in this projection
  }
  return path;
}
