// The list of cities: a page of it at a time, sorted and cut by the store.

import { SortDirection, type LiveAnswer, type LiveQuery, type Predicate } from 'granary';
import { byId, element, full } from './dom.js';
import type { Atlas, City, Country } from './store.js';

/** How many cities a page of the list has. */
export const PAGE = 50;

type Column = 'search' | 'population';

/** What the list tells the page. */
export interface ListEvents {
  /** Sort or page were changed: the list wants to be loaded again. */
  wanted(): void;
  chosen(city: City): void;
  /** Saves a name. Rejects with the reason when it is none. */
  renamed(city: City, name: string): Promise<void>;
  failed(error: unknown): void;
}

/** What the list shows: a page of the cities, and how many there are. */
export type Answer = Pick<LiveAnswer<City>, 'items' | 'total'>;

/** The list of the page. */
export class CityList {
  #column: Column = 'population';
  #direction: SortDirection = SortDirection.DESCENDING;
  #page = 0;
  #total = 0;
  readonly #rows = byId('rows');
  readonly #events: ListEvents;

  constructor(events: ListEvents) {
    this.#events = events;
    for (const column of ['search', 'population'] as const) {
      byId(`sort-${column}`).addEventListener('click', () => this.#sort(column));
    }
    byId('previous').addEventListener('click', () => this.#turn(-1));
    byId('next').addEventListener('click', () => this.#turn(1));
  }

  /** Goes back to the first page. */
  first(): void {
    this.#page = 0;
  }

  /** The page of the list as a question whose answer follows the store. */
  question({ live, models: { City } }: Atlas, predicate: Predicate<City>): LiveQuery<City> {
    return live(City, predicate, { sort: (by) => by[this.#column](this.#direction), page: this.#page, limit: PAGE });
  }

  /** Shows a page. */
  async show({ items: cities, total }: Answer): Promise<void> {
    const countries = await Promise.all(cities.map((city) => city.country));
    this.#total = total;
    const from = this.#page * PAGE;
    byId('total').textContent = full(total);
    byId('total-unit').textContent = total === 1 ? 'city' : 'cities';
    byId('range').textContent = total === 0 ? 'none' : `${full(from + 1)}–${full(from + cities.length)} of ${full(total)}`;
    byId<HTMLButtonElement>('previous').disabled = this.#page === 0;
    byId<HTMLButtonElement>('next').disabled = from + PAGE >= total;
    byId('nothing').hidden = total > 0;
    this.#rows.replaceChildren(...cities.map((city, i) => this.#row(city, countries[i])));
    for (const column of ['search', 'population'] as const) {
      const sorted = column === this.#column ? this.#direction.toLowerCase() : 'none';
      byId(`sort-${column}`).closest('th')!.setAttribute('aria-sort', sorted);
    }
  }

  #row(city: City, country: Country | undefined): HTMLElement {
    const name = element('td', { class: 'name' },
      element('button', { type: 'button', class: 'link', click: () => this.#events.chosen(city) },
        element('span', { class: 'city' }, city.name), element('small', {}, country?.name ?? '')));
    const edit = element('button', {
      type: 'button', class: 'edit', 'aria-label': `Rename ${city.name}`, title: 'Rename',
      click: () => this.#edit(city, name),
    });
    return element('tr', {}, name,
      element('td', { class: 'number' }, city.population > 0 ? full(city.population) : '–'), element('td', { class: 'tool' }, edit));
  }

  /** Puts a field in the place of the name: Enter saves, Escape leaves it as it was. */
  #edit(city: City, cell: HTMLElement): void {
    const before = [...cell.childNodes];
    const field = element('input', { type: 'text', 'aria-label': `New name of ${city.name}`, maxlength: '120' });
    field.value = city.name;
    const form = element('form', { class: 'rename' }, field, element('button', { type: 'submit' }, 'Save'));
    const leave = (): void => {
      cell.replaceChildren(...before);
      cell.querySelector('button')?.focus();
    };
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      field.removeAttribute('aria-invalid');
      this.#events.renamed(city, field.value).then(undefined, (error: unknown) => {
        field.setAttribute('aria-invalid', 'true');
        field.focus();
        this.#events.failed(error);
      });
    });
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') leave();
    });
    form.addEventListener('focusout', (event) => {
      if (field.value === city.name && !form.contains(event.relatedTarget as Node | null)) cell.replaceChildren(...before);
    });
    cell.replaceChildren(form);
    field.focus();
    field.select();
  }

  #sort(column: Column): void {
    const { ASCENDING, DESCENDING } = SortDirection;
    if (this.#column === column) this.#direction = this.#direction === ASCENDING ? DESCENDING : ASCENDING;
    else this.#direction = column === 'search' ? ASCENDING : DESCENDING;
    this.#column = column;
    this.#page = 0;
    this.#events.wanted();
  }

  #turn(by: 1 | -1): void {
    this.#page = Math.min(Math.max(this.#page + by, 0), Math.max(Math.ceil(this.#total / PAGE) - 1, 0));
    this.#events.wanted();
    byId('list-scroll').scrollTop = 0;
  }
}
