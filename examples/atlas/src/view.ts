// Which part of the map is seen, and the gestures that change it: wheel, drag, pinch,
// keys and buttons.

import type { Placement } from './lights.js';
import { HALF_HEIGHT, HALF_WIDTH } from './projection.js';

const NEAREST = 60; // times as near as the whole world
const STEP = 1.6;
const KEY_PAN = 60; // pixels
const CLICK = 5; // pixels that a finger may move and still mean a click
const FLIGHT = 450; // milliseconds

/** A box on the map. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What the view tells. Points are in pixels of the page. */
export interface ViewEvents {
  changed(): void;
  hover(x: number, y: number): void;
  leave(): void;
  click(x: number, y: number): void;
}

/** Pan and zoom over an element. */
export class View {
  zoom = 1;
  #x = 0; // the map's point in the middle of the element
  #y = 0;
  #width = 1;
  #height = 1;
  #flight = 0;
  readonly #pointers = new Map<number, PointerEvent>();
  #moved = 0;
  readonly #events: ViewEvents;

  constructor(element: HTMLElement, events: ViewEvents) {
    this.#events = events;
    element.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    element.addEventListener('pointerdown', (event) => this.#down(event, element));
    element.addEventListener('pointermove', (event) => this.#move(event));
    element.addEventListener('pointerup', (event) => this.#up(event));
    element.addEventListener('pointercancel', (event) => this.#pointers.delete(event.pointerId));
    element.addEventListener('pointerleave', () => events.leave());
    element.addEventListener('keydown', (event) => this.#key(event));
  }

  /** The element's size, in pixels of the page. */
  resize(width: number, height: number): void {
    this.#width = width;
    this.#height = height;
    this.#clamp();
  }

  /** Where the map is, in pixels of the page. */
  get placement(): Placement {
    const scale = this.#fit() * this.zoom;
    return { scale, x: this.#width / 2 - this.#x * scale, y: this.#height / 2 - this.#y * scale };
  }

  /** Goes nearer or farther by one step. */
  step(direction: 1 | -1): void {
    this.#zoomAt(this.#width / 2, this.#height / 2, STEP ** direction);
  }

  /** Shows the whole world. */
  reset(): void {
    this.#fly(0, 0, 1);
  }

  /** Shows a box with some room around it. */
  show({ left, top, right, bottom }: Box): void {
    const scale = Math.min(this.#width / (right - left), this.#height / (bottom - top)) * 0.7;
    this.#fly((left + right) / 2, (top + bottom) / 2, Math.min(Math.max(scale / this.#fit(), 1), NEAREST / 3));
  }

  #fit(): number {
    return Math.min(this.#width / (2 * HALF_WIDTH), this.#height / (2 * HALF_HEIGHT)) * 0.98;
  }

  #fly(x: number, y: number, zoom: number): void {
    const from = { x: this.#x, y: this.#y, zoom: this.zoom };
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const start = performance.now();
    const flight = ++this.#flight;
    const frame = (): void => {
      if (flight !== this.#flight) return;
      const t = calm ? 1 : Math.min((performance.now() - start) / FLIGHT, 1);
      const eased = 1 - (1 - t) ** 3;
      this.zoom = from.zoom * (zoom / from.zoom) ** eased;
      this.#x = from.x + (x - from.x) * eased;
      this.#y = from.y + (y - from.y) * eased;
      this.#clamp();
      this.#events.changed();
      if (t < 1) requestAnimationFrame(frame);
    };
    frame();
  }

  #zoomAt(px: number, py: number, factor: number): void {
    this.#flight++;
    const before = this.placement;
    const zoom = Math.min(Math.max(this.zoom * factor, 1), NEAREST);
    const scale = before.scale * (zoom / this.zoom);
    this.#x += (px - this.#width / 2) * (1 / before.scale - 1 / scale);
    this.#y += (py - this.#height / 2) * (1 / before.scale - 1 / scale);
    this.zoom = zoom;
    this.#clamp();
    this.#events.changed();
  }

  #pan(dx: number, dy: number): void {
    this.#flight++;
    const { scale } = this.placement;
    this.#x -= dx / scale;
    this.#y -= dy / scale;
    this.#clamp();
    this.#events.changed();
  }

  /** Keeps the world where it can be seen. */
  #clamp(): void {
    const scale = this.#fit() * this.zoom;
    const limit = (half: number, pixels: number): number => Math.max(half - pixels / 2 / scale, 0);
    const [mx, my] = [limit(HALF_WIDTH, this.#width), limit(HALF_HEIGHT, this.#height)];
    this.#x = Math.min(Math.max(this.#x, -mx), mx);
    this.#y = Math.min(Math.max(this.#y, -my), my);
  }

  #wheel(event: WheelEvent): void {
    if (this.zoom === 1 && event.deltaY > 0 && !event.ctrlKey) return; // the page's turn to scroll
    event.preventDefault();
    this.#zoomAt(event.offsetX, event.offsetY, Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0022)));
  }

  #down(event: PointerEvent, element: HTMLElement): void {
    if (event.button !== 0) return;
    if (this.#pointers.size === 0) this.#moved = 0;
    this.#pointers.set(event.pointerId, event);
    if (event.pointerType === 'mouse' || this.zoom > 1) element.setPointerCapture(event.pointerId);
  }

  #move(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId);
    if (!before) {
      this.#events.hover(event.offsetX, event.offsetY);
      return;
    }
    const other = [...this.#pointers.values()].find((p) => p.pointerId !== event.pointerId);
    this.#pointers.set(event.pointerId, event);
    const [dx, dy] = [event.offsetX - before.offsetX, event.offsetY - before.offsetY];
    this.#moved += Math.abs(dx) + Math.abs(dy);
    if (other) {
      const spread = (p: PointerEvent): number => Math.hypot(p.offsetX - other.offsetX, p.offsetY - other.offsetY);
      this.#zoomAt((event.offsetX + other.offsetX) / 2, (event.offsetY + other.offsetY) / 2, spread(event) / (spread(before) || 1));
    } else if (this.zoom > 1 && this.#moved > CLICK) this.#pan(dx, dy);
  }

  #up(event: PointerEvent): void {
    if (this.#pointers.delete(event.pointerId) && this.#pointers.size === 0 && this.#moved <= CLICK) {
      this.#events.click(event.offsetX, event.offsetY);
    }
  }

  #key(event: KeyboardEvent): void {
    const pans: Record<string, readonly [number, number]> = {
      ArrowLeft: [KEY_PAN, 0], ArrowRight: [-KEY_PAN, 0], ArrowUp: [0, KEY_PAN], ArrowDown: [0, -KEY_PAN],
    };
    const pan = pans[event.key];
    if (pan && this.zoom > 1) this.#pan(...pan);
    else if (event.key === '+' || event.key === '=') this.step(1);
    else if (event.key === '-') this.step(-1);
    else if (event.key === '0') this.reset();
    else return;
    event.preventDefault();
  }
}
