// The map: land, and a dot of light for each city.

import { byId, element, full } from './dom.js';
import { Dots, Look } from './dots.js';
import { boxOf, landOf, type Land } from './land.js';
import { Lights, type Colour, type Palette } from './lights.js';
import { graticule, project, sphere } from './projection.js';
import type { City, Country, Spot } from './store.js';
import { View } from './view.js';

const REACH = 9; // pixels around the pointer in which a city is meant
const MOST_PIXELS = 2; // of the screen for one of the page: more is not seen, and slow
const LABEL_MARGIN = 90; // pixels from the edge at which the label changes sides

/** What the map tells the page. */
export interface MapEvents {
  chosen(city: Spot): void;
}

/** The map of the page. */
export class WorldMap {
  readonly dots = new Dots();
  readonly #frame = byId('map');
  readonly #landCanvas = byId<HTMLCanvasElement>('land');
  readonly #dotCanvas = byId<HTMLCanvasElement>('dots');
  readonly #label = byId('map-label');
  readonly #ring = byId('map-ring');
  readonly #view: View;
  readonly #lights = new Lights();
  readonly #sphere = sphere();
  readonly #graticule = graticule();
  readonly #land = new Map<string, Land>();
  #chosenCountry: string | undefined;
  #chosenCity: string | undefined;
  #hovered: number | undefined;
  #drawing = false;
  #landChanged = true;
  #image = new ImageData(1, 1);

  constructor(events: MapEvents) {
    this.#view = new View(this.#frame, {
      changed: () => this.#drawAll(),
      hover: (x, y) => this.#hover(x, y),
      leave: () => this.#name(undefined),
      click: (x, y) => {
        this.#hover(x, y);
        if (this.#hovered !== undefined) events.chosen(this.dots.city(this.#hovered));
      },
    });
    byId('zoom-in').addEventListener('click', () => this.#view.step(1));
    byId('zoom-out').addEventListener('click', () => this.#view.step(-1));
    byId('zoom-all').addEventListener('click', () => this.#view.reset());
    new ResizeObserver(() => this.#resize()).observe(this.#frame);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#drawAll());
  }

  /** Shows these countries' land and no other. */
  setCountries(countries: readonly Country[]): void {
    this.#land.clear();
    for (const country of countries) this.#land.set(country.code, landOf(country));
    this.#drawAll();
  }

  /** Takes everything off the map. */
  empty(): void {
    this.dots.remove(Array.from({ length: this.dots.count }, (_, i) => this.dots.city(i)));
    this.setCountries([]);
    this.#view.reset();
  }

  /** Adds cities, bright. A city that was removed comes back. */
  add(cities: readonly Spot[]): void {
    this.dots.add(cities, Look.Bright);
    this.draw();
  }

  /** Outlines a country and goes there; undefined goes back to the world. */
  choose(country: Country | undefined, city?: Spot, cities: readonly City[] = []): void {
    const changed = this.#chosenCountry !== country?.code;
    this.#chosenCountry = country?.code;
    this.#chosenCity = city?.id;
    const box = country && (this.#land.get(country.code)?.box ?? boxAround(cities));
    if (box) this.#view.show(box);
    else if (changed) this.#view.reset();
    this.#drawAll();
  }

  /** Draws the dots before the next frame, once for all that changed. */
  draw(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => this.#drawNow());
  }

  #drawAll(): void {
    this.#landChanged = true;
    this.draw();
  }

  #drawNow(): void {
    this.#drawing = false;
    if (this.#landChanged) this.#drawLand();
    this.#drawDots();
    this.#placeRing();
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.#frame;
    if (clientWidth === 0 || clientHeight === 0) return;
    this.#view.resize(clientWidth, clientHeight);
    for (const canvas of [this.#landCanvas, this.#dotCanvas]) {
      canvas.width = Math.round(clientWidth * density());
      canvas.height = Math.round(clientHeight * density());
    }
    this.#image = new ImageData(this.#dotCanvas.width, this.#dotCanvas.height);
    this.#landChanged = true;
    this.#drawNow(); // at once: a canvas that changed its size is empty
  }

  #drawLand(): void {
    this.#landChanged = false;
    const context = this.#landCanvas.getContext('2d')!;
    const { scale, x, y } = this.#view.placement;
    const pixels = density();
    const style = getComputedStyle(this.#frame);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#landCanvas.width, this.#landCanvas.height);
    context.setTransform(scale * pixels, 0, 0, scale * pixels, x * pixels, y * pixels);
    context.lineJoin = 'round';
    context.lineWidth = 0.7 / scale;
    context.fillStyle = style.getPropertyValue('--sea');
    context.fill(this.#sphere);
    context.strokeStyle = style.getPropertyValue('--graticule');
    context.stroke(this.#graticule);
    context.stroke(this.#sphere);
    context.fillStyle = style.getPropertyValue('--land');
    context.strokeStyle = style.getPropertyValue('--border');
    for (const { path } of this.#land.values()) {
      context.fill(path, 'evenodd');
      context.stroke(path);
    }
    const chosen = this.#chosenCountry === undefined ? undefined : this.#land.get(this.#chosenCountry);
    if (!chosen) return;
    context.fillStyle = style.getPropertyValue('--land-chosen');
    context.strokeStyle = style.getPropertyValue('--accent');
    context.lineWidth = 1 / scale;
    context.fill(chosen.path, 'evenodd');
    context.stroke(chosen.path);
  }

  #drawDots(): void {
    const context = this.#dotCanvas.getContext('2d')!;
    const { scale, x, y } = this.#view.placement;
    const pixels = density();
    const at = { scale: scale * pixels, x: x * pixels, y: y * pixels };
    this.#lights.draw(this.#image, this.dots, at, pixels, palette(this.#frame));
    context.putImageData(this.#image, 0, 0);
  }

  #hover(x: number, y: number): void {
    const { scale, x: left, y: top } = this.#view.placement;
    this.#name(this.dots.nearest((x - left) / scale, (y - top) / scale, REACH / scale));
  }

  /** Shows the name of a dot beside it. */
  #name(dot: number | undefined): void {
    if (dot === this.#hovered) return;
    this.#hovered = dot;
    this.#frame.classList.toggle('pointing', dot !== undefined);
    this.#placeRing();
    this.#label.hidden = true;
    if (dot !== undefined) void this.#describe(dot, this.dots.city(dot));
  }

  async #describe(dot: number, city: Spot): Promise<void> {
    const country = await city.country;
    if (this.#hovered !== dot) return;
    this.#label.replaceChildren(
      element('strong', {}, city.name),
      element('span', {}, `${country?.name ?? 'no country'} · ${city.population > 0 ? full(city.population) : 'population unknown'}`),
    );
    const { x, y } = this.#pixel(dot);
    const sides = x > this.#frame.clientWidth - LABEL_MARGIN ? 'end' : x < LABEL_MARGIN ? 'start' : 'middle';
    this.#label.dataset['side'] = sides;
    this.#label.dataset['below'] = String(y < LABEL_MARGIN / 1.5);
    this.#label.style.transform = `translate(${x}px, ${y}px)`;
    this.#label.hidden = false;
  }

  /** Puts the ring around the city under the pointer, or the one that was chosen. */
  #placeRing(): void {
    const dot = this.#hovered ?? (this.#chosenCity === undefined ? undefined : this.dots.dotOf(this.#chosenCity));
    this.#ring.hidden = dot === undefined;
    if (dot === undefined) return;
    const { x, y } = this.#pixel(dot);
    this.#ring.style.transform = `translate(${x}px, ${y}px)`;
  }

  #pixel(dot: number): { x: number; y: number } {
    const { scale, x, y } = this.#view.placement;
    return { x: this.dots.x[dot]! * scale + x, y: this.dots.y[dot]! * scale + y };
  }
}

function boxAround(cities: readonly City[]) {
  return cities.length > 0 ? boxOf(cities.map(({ lon, lat }) => project(lon, lat))) : undefined;
}

function density(): number {
  return Math.min(devicePixelRatio || 1, MOST_PIXELS);
}

/** The colours of the lights, as the style sheet has them for this scheme. */
function palette(frame: HTMLElement): Palette {
  const style = getComputedStyle(frame);
  const colour = (name: string): Colour => {
    const [r = 0, g = 0, b = 0] = style.getPropertyValue(name).trim().split(/\s+/).map(Number);
    return [r, g, b];
  };
  return {
    bright: colour('--light'), core: colour('--light-core'), faint: colour('--light-faint'),
    faintAlpha: Number(style.getPropertyValue('--light-faint-alpha')),
  };
}
