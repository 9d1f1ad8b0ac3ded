// What the visitor can do with the open store, and what the page shows of it.

import { Predicates, type Predicate, type Subscription } from 'granary';
import { factsOf, showCountry } from './country.js';
import { byId, counted, full, pause } from './dom.js';
import { Filters, isEmpty, predicateOf } from './filters.js';
import { CityList, type Answer } from './list.js';
import type { WorldMap } from './map.js';
import { confirmed, say, tell } from './notice.js';
import { applyRenamings, followRenamings, rename } from './renamings.js';
import { type Atlas, type City, type Country, type Spot } from './store.js';
import type { Timings } from './timings.js';

/** How many cities are read at a time for the map, so that the page stays awake. */
const MAP_PAGE = 10_000;

/** The page over an open store. */
export class AtlasPage {
  store: Atlas | undefined;
  readonly #map: WorldMap;
  readonly #timings: Timings;
  readonly #filters: Filters;
  readonly #list: CityList;
  readonly #following: Subscription[] = [];
  #listed: Subscription | undefined;
  #refreshing = false;
  #refreshAgain = false;

  constructor(map: WorldMap, timings: Timings) {
    this.#map = map;
    this.#timings = timings;
    const refresh = (): void => void this.refresh().catch(tell);
    this.#filters = new Filters(() => {
      this.#list.first();
      this.leave();
      refresh();
    });
    this.#list = new CityList({
      wanted: refresh,
      chosen: (city) => void this.openCity(city).catch(tell),
      renamed: (city, name) => this.#rename(city, name),
      failed: tell,
    });
    addEventListener('hashchange', () => void this.#followAddress().catch(tell));
  }

  /** Shows what the store holds. */
  async begin(): Promise<void> {
    const { query, models } = this.#open();
    const countries = await query(models.Country);
    this.#map.setCountries(countries);
    this.#filters.setRegions([...new Set(countries.map((country) => country.region))].sort());
    await this.refresh();
    await this.#fillMap();
    this.#observe();
    await applyRenamings(this.#open());
    await this.refresh();
    await this.#followAddress();
  }

  /** Lets the map follow the store. */
  #observe(): void {
    const store = this.#open();
    const { observe, query, models: { City, Country } } = store;
    this.#following.push(
      followRenamings(store),
      observe(City).subscribe(({ opType, element }) => {
        if (opType === 'DELETE') this.#map.dots.remove([element]);
        else this.#map.add([element]);
      }),
      observe(Country).subscribe(() => void query(Country).then((countries) => this.#map.setCountries(countries), tell)),
    );
  }

  /** Lets go of the store. */
  stop(): void {
    for (const subscription of this.#following.splice(0)) subscription.unsubscribe();
    this.#listed?.unsubscribe();
  }

  /** Asks the store again: the list first, which is what one reads, then the map's lights. */
  async refresh(): Promise<void> {
    this.#refreshAgain = true;
    if (this.#refreshing) return;
    this.#refreshing = true;
    try {
      while (this.#refreshAgain && this.store) {
        this.#refreshAgain = false;
        await this.#refreshOnce(this.store);
        await pause();
      }
    } finally {
      this.#refreshing = false;
    }
  }

  async #refreshOnce(store: Atlas): Promise<void> {
    const filter = this.#filters.value;
    const predicate = predicateOf(filter);
    const answer = await this.#timings.measure('query', () => this.#listen(store, predicate),
      ({ items, total }) => `${items.length} of ${counted(total, 'city', 'cities')}, sorted and counted`);
    await this.#list.show(answer);
    if (this.#refreshAgain) return; // another key was pressed
    await this.#light(store);
  }

  /** Asks for a page of the list, and shows what becomes of it from then on. */
  #listen(store: Atlas, predicate: Predicate<City>): Promise<Answer> {
    this.#listed?.unsubscribe();
    return new Promise((resolve, reject) => {
      let first = true;
      this.#listed = this.#list.question(store, predicate).subscribe({
        next: (answer) => {
          if (first) resolve(answer);
          else void this.#list.show(answer).then(() => this.#light(store)).catch(tell);
          first = false;
        },
        error: reject,
      });
    });
  }

  /** Makes the cities bright that the filters mean. */
  async #light(store: Atlas): Promise<void> {
    const filter = this.#filters.value;
    const meant = isEmpty(filter) ? undefined : await store.query(store.models.City, predicateOf(filter));
    if (byId('country').hidden) this.#map.dots.highlight(meant); // else its own cities are bright
    this.#map.draw();
    await this.#timings.stats(store);
  }

  /** Reads all cities for the map, in pages. */
  async #fillMap(): Promise<void> {
    const { query, models: { City } } = this.#open();
    for (let page = 0; ; page++) {
      const cities = await query(City, Predicates.ALL, { page, limit: MAP_PAGE });
      this.#map.add(cities);
      if (cities.length < MAP_PAGE) return;
      await pause();
    }
  }

  /** Opens a city's country, with the city marked on the map. */
  async openCity(city: Spot): Promise<void> {
    const country = await city.country;
    if (country) await this.#openCountry(country, city);
  }

  async #openCountry(country: Country, city?: Spot): Promise<void> {
    const facts = await factsOf(country);
    showCountry(facts, {
      chosenCity: (chosen) => void this.openCity(chosen).catch(tell),
      chosenCountry: (chosen) => void this.#openCountry(chosen).catch(tell),
      remove: (doomed, cities) => void this.#remove(doomed, cities).catch(tell),
      back: () => this.leave(),
    });
    byId('country').hidden = false;
    byId('list').hidden = true;
    byId('panel').scrollTop = 0;
    history.replaceState(null, '', `#${country.code}`);
    this.#map.dots.highlight(facts.cities);
    this.#map.choose(country, city, facts.cities);
    byId('country-name').focus({ preventScroll: true });
  }

  /** Leaves the page of a country for the list. */
  leave(): void {
    if (byId('country').hidden) return;
    byId('country').hidden = true;
    byId('list').hidden = false;
    history.replaceState(null, '', location.pathname + location.search);
    this.#map.choose(undefined);
    void this.refresh().catch(tell);
  }

  async #followAddress(): Promise<void> {
    const code = location.hash.slice(1);
    if (code === '' || !this.store) return this.leave();
    const country = await this.store.query(this.store.models.Country, code);
    if (country) await this.#openCountry(country);
    else this.leave();
  }

  /** Saves another name. An empty one is no name, which the schema refuses. */
  async #rename(city: City, name: string): Promise<void> {
    const store = this.#open();
    const wanted = name.trim().replace(/\s+/g, ' ');
    const saved = await this.#timings.measure('save', () => rename(store, city, wanted), () => `1 city, durable: ${wanted}`);
    if (saved !== city) say(`${city.name} is now called ${saved.name}.`);
  }

  /** Deletes a country with all that belongs to it, after asking. */
  async #remove(country: Country, cities: number): Promise<void> {
    const consequence = `Its ${counted(cities, 'city', 'cities')} and its languages' entries go with it. "Start over" brings them back.`;
    if (!(await confirmed(`Delete ${country.name}?`, consequence, `Delete ${country.name}`))) return;
    const store = this.#open();
    const before = await records(store);
    const gone = await country.cities.toArray();
    const start = performance.now();
    await store.delete(country);
    const took = performance.now() - start;
    const removed = before - (await records(store));
    this.#timings.show('delete', took, `${counted(removed, 'record', 'records')} with ${country.name}`);
    this.leave();
    this.#list.first();
    await this.refresh();
    const others = removed - 1 - gone.length;
    say(`${country.name} is gone, and ${full(gone.length)} cities and ${counted(others, 'language entry', 'language entries')} with it.`);
  }

  #open(): Atlas {
    if (!this.store) throw new Error('there is no database; start over to make one');
    return this.store;
  }
}

async function records(store: Atlas): Promise<number> {
  const { models } = await store.stats();
  return models.reduce((sum, { rows }) => sum + rows, 0);
}
