// The countries' land as paths of the canvas, in the map's coordinates.

import { project } from './projection.js';
import type { Country } from './store.js';
import type { Box } from './view.js';

/** The unit of an outline, in degrees. */
const UNIT = 100;
/** Rings that reach so far from west to east lie on both sides of the date line. */
const AROUND_THE_WORLD = 180;

/** The land of a country, and the box that shows its larger part. */
export interface Land {
  readonly path: Path2D;
  readonly box: Box | undefined;
}

/** The land of a country; its outline may be empty. */
export function landOf(country: Country): Land {
  const outline = country.outline as readonly (readonly number[])[];
  const path = new Path2D();
  let box: Box | undefined;
  for (const [i, ring] of outline.entries()) {
    const points = pointsOf(ring);
    points.forEach(([x, y], n) => (n === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
    path.closePath();
    const own = boxOf(points);
    if (i === 0) box = own; // the largest ring is the first
    else if (box && near(box, own)) box = joined(box, own);
  }
  return { path, box };
}

function pointsOf(ring: readonly number[]): [number, number][] {
  const points: [number, number][] = [];
  for (let i = 0; i < ring.length; i += 2) points.push(project(ring[i]! / UNIT, ring[i + 1]! / UNIT));
  return points;
}

/** The box of points of the map. */
export function boxOf(points: Iterable<readonly [number, number]>): Box {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const [x, y] of points) {
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  return box;
}

/** Whether a box is close enough to another, in proportion to its size, to be shown with it. */
function near(main: Box, other: Box): boolean {
  const reach = Math.max(main.right - main.left, main.bottom - main.top) * 0.4;
  const far = other.left > main.right + reach || other.right < main.left - reach
    || other.top > main.bottom + reach || other.bottom < main.top - reach;
  return !far && (other.right - other.left) * (360 / (2 * Math.PI)) < AROUND_THE_WORLD;
}

function joined(a: Box, b: Box): Box {
  return {
    left: Math.min(a.left, b.left), top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right), bottom: Math.max(a.bottom, b.bottom),
  };
}
