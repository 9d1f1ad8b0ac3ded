// Draws the dots into pixels: each adds its light to what is there, and a table turns
// light into colour. A hundred thousand dots take a few milliseconds.

import { Look, type Dots } from './dots.js';

/** Where the map's coordinates are on the canvas: pixel = coordinate × scale + offset. */
export interface Placement {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** Colours as red, green, blue, each from 0 to 255. */
export type Colour = readonly [number, number, number];

/** The colours of the lights: of few, of many, and of those that are not meant. */
export interface Palette {
  readonly bright: Colour;
  readonly core: Colour;
  readonly faint: Colour;
  readonly faintAlpha: number;
}

const LEVELS = 256;
const MOST_LIGHT = 36; // more than this looks no brighter
const LEVELS_PER_ROOT = LEVELS / Math.sqrt(MOST_LIGHT); // levels go with the root of the light, as eyes do
const LARGEST_RADIUS = 7; // pixels
const STEPS_PER_PIXEL = 4; // of the radii for which discs are made
const USUAL_SCALE = 155; // pixels of the page for the map's unit when a desktop shows the whole world

/** Soft discs by radius in quarter pixels, as square arrays of light. */
const discs = Array.from({ length: LARGEST_RADIUS * STEPS_PER_PIXEL + 1 }, (_, step) => disc(step / STEPS_PER_PIXEL));

/** Keeps its buffers from one drawing to the next. */
export class Lights {
  #bright = new Float32Array(0);
  #faint = new Float32Array(0);

  /** Fills an image with the dots. `density` is how many pixels the screen has for one of the page's. */
  draw(image: ImageData, dots: Dots, at: Placement, density: number, palette: Palette): void {
    const { width, height } = image;
    this.#reset(width * height);
    const near = nearness(at.scale / density);
    for (let dot = 0; dot < dots.count; dot++) {
      const look = dots.look[dot];
      if (look === Look.Gone) continue;
      const light = look === Look.Bright ? this.#bright : this.#faint;
      const radius = radiusOf(dots.size[dot]!) * near * density;
      shine(light, width, height, dots.x[dot]! * at.scale + at.x, dots.y[dot]! * at.scale + at.y, radius);
    }
    colour(image, this.#bright, this.#faint, palette);
  }

  #reset(length: number): void {
    if (this.#bright.length !== length) {
      this.#bright = new Float32Array(length);
      this.#faint = new Float32Array(length);
    } else {
      this.#bright.fill(0);
      this.#faint.fill(0);
    }
  }
}

/** How large a city is drawn on a map of the usual scale, in pixels of the page. */
function radiusOf(size: number): number {
  return Math.max(0.3, (size - 3.4) ** 1.6 * 0.42 || 0);
}

/** How much larger the cities of a map are drawn than on one of the usual scale: less than the map is. */
function nearness(scale: number): number {
  return Math.min(Math.max(0.5 + 0.5 * Math.sqrt(scale / USUAL_SCALE), 0.6), 2.6);
}

function shine(light: Float32Array, width: number, height: number, x: number, y: number, radius: number): void {
  const step = Math.min(Math.round(radius * STEPS_PER_PIXEL), discs.length - 1);
  const { side, half, values } = discs[step]!;
  const left = Math.round(x) - half;
  const top = Math.round(y) - half;
  if (left < 0 || top < 0 || left + side > width || top + side > height) return;
  for (let row = 0; row < side; row++) {
    const to = (top + row) * width + left;
    for (let column = 0; column < side; column++) light[to + column]! += values[row * side + column]!;
  }
}

/** A disc that is soft at its edge and brightest in the middle. */
function disc(radius: number): { side: number; half: number; values: Float32Array } {
  const half = Math.ceil(radius);
  const side = 2 * half + 1;
  const values = new Float32Array(side * side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const distance = Math.hypot(row - half, column - half);
      const inside = Math.min(Math.max(radius + 0.5 - distance, 0), 1);
      values[row * side + column] = inside * (0.55 + 0.65 * Math.exp(-(((2.2 * distance) / (radius + 0.6)) ** 2)));
    }
  }
  if (radius < 1) values[half * side + half] = 0.28 + 0.6 * radius;
  return { side, half, values };
}

/** Turns light into pixels: the bright over the faint. */
function colour({ data }: ImageData, bright: Float32Array, faint: Float32Array, palette: Palette): void {
  const pixels = new Uint32Array(data.buffer);
  const brightColours = ramp(palette.bright, palette.core, 1);
  const faintColours = ramp(palette.faint, palette.faint, palette.faintAlpha);
  for (let i = 0; i < pixels.length; i++) {
    const b = bright[i]!;
    if (b > 0) pixels[i] = brightColours[levelOf(b)]!;
    else pixels[i] = faint[i]! > 0 ? faintColours[levelOf(faint[i]!)]! : 0;
  }
}

function levelOf(light: number): number {
  return Math.min((Math.sqrt(light) * LEVELS_PER_ROOT) | 0, LEVELS - 1);
}

/** The pixels of each level of light. */
function ramp(low: Colour, high: Colour, most: number): Uint32Array {
  return Uint32Array.from({ length: LEVELS }, (_, level) => {
    const light = ((level + 0.5) / LEVELS_PER_ROOT) ** 2;
    const alpha = (1 - Math.exp(-1.7 * light)) * most;
    const heat = Math.min(Math.max(Math.log(light / 0.8) / Math.log(MOST_LIGHT / 3), 0), 1);
    const mixed = low.map((from, i) => Math.round(from + (high[i]! - from) * heat));
    return ((Math.round(alpha * 255) << 24) | (mixed[2]! << 16) | (mixed[1]! << 8) | mixed[0]!) >>> 0;
  });
}
