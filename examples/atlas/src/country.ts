// The page of a country, read through its relations.

import { byId, counted, element, full, short } from './dom.js';
import type { City, Country, Language } from './store.js';

/** How many of its cities a country's page names. */
const NAMED = 12;
/** How many other countries are named for a language before "and more". */
const OTHERS = 8;

/** What a country's page tells the page around it. */
export interface CountryEvents {
  chosenCity(city: City): void;
  chosenCountry(country: Country): void;
  remove(country: Country, cities: number): void;
  back(): void;
}

/** What the page of a country shows. */
export interface CountryFacts {
  readonly country: Country;
  /** All of them, the largest first. */
  readonly cities: readonly City[];
  readonly languages: readonly { readonly language: Language; readonly others: readonly Country[] }[];
}

/** Follows a country's relations: to its cities, its languages, and from those to other countries. */
export async function factsOf(country: Country): Promise<CountryFacts> {
  const cities = await country.cities.toArray();
  const languages = await country.languages.toArray();
  const spoken = await Promise.all(languages.map(async (language) => ({
    language,
    others: (await language.countries.toArray()).filter((other) => other.code !== country.code),
  })));
  return { country, cities: [...cities].sort((a, b) => b.population - a.population), languages: spoken };
}

/** Puts the page of a country in its place. */
export function showCountry(facts: CountryFacts, events: CountryEvents): void {
  const { country, cities } = facts;
  const remove = (): void => events.remove(country, cities.length);
  byId('country').replaceChildren(
    element('button', { type: 'button', class: 'back quiet', click: () => events.back() }, '← All cities'),
    element('header', {},
      element('h2', { id: 'country-name', tabindex: '-1' }, country.name),
      element('p', { class: 'official' }, country.officialName === country.name ? placeOf(country) : `${country.officialName} · ${placeOf(country)}`)),
    figures(facts),
    section('Languages', facts.languages.length === 0
      ? [element('p', { class: 'none' }, 'None is recorded.')]
      : facts.languages.map((spoken) => languageOf(spoken, events))),
    section(cities.length > NAMED ? `The ${NAMED} largest of ${counted(cities.length, 'city', 'cities')}` : counted(cities.length, 'city', 'cities'),
      cities.length === 0 ? [element('p', { class: 'none' }, 'None of a thousand people or more.')] : [cityList(cities, events)]),
    element('footer', {}, element('button', { type: 'button', id: 'delete-country', class: 'danger', click: remove }, `Delete ${country.name}`)),
  );
}

function placeOf({ region, subregion }: Country): string {
  return subregion && subregion !== region ? `${subregion}, ${region}` : region;
}

function figures({ country, cities }: CountryFacts): HTMLElement {
  const inCities = cities.reduce((sum, city) => sum + city.population, 0);
  const facts: [string, string][] = [
    ['Capital', country.capital ?? 'none'],
    ['Area', country.area === null ? 'unknown' : `${full(Math.round(country.area))} km²`],
    ['Cities', full(cities.length)],
    ['People in them', short(inCities)],
  ];
  return element('dl', { class: 'figures' }, ...facts.map(([term, value]) =>
    element('div', {}, element('dt', {}, term), element('dd', {}, value))));
}

function section(title: string, content: readonly Node[]): HTMLElement {
  return element('section', {}, element('h3', {}, title), ...content);
}

function languageOf({ language, others }: CountryFacts['languages'][number], events: CountryEvents): HTMLElement {
  const named = others.slice(0, OTHERS).map((other) =>
    element('button', { type: 'button', class: 'chip', click: () => events.chosenCountry(other) }, other.name));
  const more = others.length - named.length;
  const rest = element('button', { type: 'button', class: 'chip more', 'aria-label': `Show ${more} more countries`, click: () => {
    rest.replaceWith(...others.slice(OTHERS).map((other) =>
      element('button', { type: 'button', class: 'chip', click: () => events.chosenCountry(other) }, other.name)));
  } }, `and ${more} more`);
  return element('div', { class: 'language' },
    element('h4', {}, language.name),
    element('p', {}, others.length === 0 ? 'in no other country' : 'also in ', ...named, ...(more > 0 ? [rest] : [])));
}

function cityList(cities: readonly City[], events: CountryEvents): HTMLElement {
  const most = Math.max(cities[0]?.population ?? 0, 1);
  return element('ol', { class: 'cities' }, ...cities.slice(0, NAMED).map((city) => {
    const bar = element('i', { 'aria-hidden': 'true' });
    bar.style.setProperty('--share', String(city.population / most));
    return element('li', {}, element('button', { type: 'button', class: 'link', click: () => events.chosenCity(city) },
      element('span', { class: 'city' }, city.name), element('span', { class: 'number' }, city.population > 0 ? full(city.population) : '–'), bar));
  }));
}
