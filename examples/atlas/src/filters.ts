// Which cities are meant: the form, and the predicate that it makes.

import { Predicates, type Predicate } from 'granary';
import { byId, element, full } from './dom.js';
import { fold, type City } from './store.js';

/** What the visitor asked for. */
export interface Filter {
  readonly prefix: string;
  /** At least so many people; 0 for any. */
  readonly population: number;
  /** '' for any. */
  readonly region: string;
}

const SLIDER_END = 100;
const FEWEST = 3; // the slider's first step is ten to the power of this
const MOST = 7.3; // and its last

/** The predicate that the store is asked. */
export function predicateOf({ prefix, population, region }: Filter): Predicate<City> {
  if (isEmpty({ prefix, population, region })) return Predicates.ALL;
  return (city) => city.and((c) => [
    ...(prefix === '' ? [] : [c.search.beginsWith(prefix)]),
    ...(population === 0 ? [] : [c.population.ge(population)]),
    ...(region === '' ? [] : [c.country.region.eq(region)]),
  ]);
}

/** Whether every city is meant. */
export function isEmpty({ prefix, population, region }: Filter): boolean {
  return prefix === '' && population === 0 && region === '';
}

/** The form of the page. */
export class Filters {
  readonly #search = byId<HTMLInputElement>('search');
  readonly #population = byId<HTMLInputElement>('population');
  readonly #shown = byId<HTMLOutputElement>('population-shown');
  readonly #regions = byId('regions');
  readonly #clear = byId<HTMLButtonElement>('clear-filters');

  constructor(changed: () => void) {
    const update = (): void => {
      this.#show();
      changed();
    };
    byId('filters').addEventListener('input', update);
    byId('filters').addEventListener('submit', (event) => event.preventDefault());
    this.#clear.addEventListener('click', () => {
      this.reset();
      this.#search.focus();
      changed();
    });
  }

  /** What is asked for now. */
  get value(): Filter {
    return { prefix: fold(this.#search.value), population: populationAt(Number(this.#population.value)), region: this.#region() };
  }

  /** Offers these regions. */
  setRegions(regions: readonly string[]): void {
    const before = this.#region();
    const choice = (value: string, text: string): HTMLElement => element('label', {},
      element('input', { type: 'radio', name: 'region', value, checked: value === before }), element('span', {}, text));
    this.#regions.replaceChildren(choice('', 'All'), ...regions.map((region) => choice(region, region)));
    if (this.#region() === '') this.#choose('');
    this.#show();
  }

  /** Asks for every city. */
  reset(): void {
    this.#search.value = '';
    this.#population.value = '0';
    this.#choose('');
    this.#show();
  }

  #region(): string {
    return this.#regions.querySelector<HTMLInputElement>('input:checked')?.value ?? '';
  }

  #choose(region: string): void {
    for (const input of this.#regions.querySelectorAll('input')) input.checked = input.value === region;
  }

  #show(): void {
    const { population } = this.value;
    const text = population === 0 ? 'any' : `${full(population)} or more`;
    this.#shown.value = text;
    this.#population.setAttribute('aria-valuetext', text);
    this.#population.style.setProperty('--filled', `${this.#population.value}%`);
    this.#clear.hidden = isEmpty(this.value);
  }
}

/** The population at a place of the slider: logarithmic, in round numbers. */
function populationAt(position: number): number {
  if (position === 0) return 0;
  const exact = 10 ** (FEWEST + ((position - 1) / (SLIDER_END - 1)) * (MOST - FEWEST));
  const unit = 10 ** (Math.floor(Math.log10(exact)) - 1);
  return Math.round(exact / unit) * unit;
}
