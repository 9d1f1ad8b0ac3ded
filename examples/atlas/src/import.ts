// Fills the store on the first visit.

import { fold, type Atlas, type CityValues } from './store.js';

/** The id of the one Import record. */
const WORLD = 'world';
/** How many cities one commit holds. */
const BATCH = 4_000;
/** How many commits may be under way while the next one is made. */
const UNDER_WAY = 3;
/** The unit of places in the file, in degrees. */
const UNIT = 1e5;

/** The file cities.json: columns; id, lat and lon are differences from the row before. */
interface Columns {
  readonly count: number;
  readonly codes: readonly string[];
  readonly id: readonly number[];
  readonly name: readonly string[];
  readonly country: readonly number[];
  readonly population: readonly number[];
  readonly lat: readonly number[];
  readonly lon: readonly number[];
}

/** The file countries.json. */
interface Ground {
  readonly countries: readonly {
    readonly code: string; readonly name: string; readonly official: string; readonly region: string;
    readonly subregion: string | null; readonly capital: string | null; readonly area: number | null;
    readonly lat: number; readonly lon: number; readonly languages: readonly string[];
    readonly outline: readonly (readonly number[])[];
  }[];
  readonly languages: readonly { readonly code: string; readonly name: string }[];
}

/** What the page shows while the import runs. */
export interface ImportView {
  /** The files are being fetched. */
  fetching(): void;
  /** Countries and languages are there. */
  ground(): Promise<void>;
  /** So many cities are durable; `latest` are those of the last commit. */
  cities(done: number, total: number, latest: readonly CityValues[]): void;
}

/** What an import did. */
export interface Imported {
  readonly records: number;
  /** From the first save to the last one durable; fetching is not in it. */
  readonly milliseconds: number;
}

/** Whether the store holds the whole world. */
export async function isComplete({ query, models }: Atlas): Promise<boolean> {
  const state = await query(models.Import, WORLD);
  return state !== undefined && state.cities === state.total;
}

/**
 * Imports what is not there yet. Behind each commit of cities goes one that notes how
 * many there are by now, so an import that was cut off goes on there. Cities that it
 * meets again are saved again as they are, which changes nothing.
 */
export async function importWorld(store: Atlas, view: ImportView): Promise<Imported> {
  view.fetching();
  const [ground, columns] = await Promise.all([read<Ground>('countries.json'), read<Columns>('cities.json')]);
  const before = (await store.query(store.models.Import, WORLD))?.cities;
  const start = performance.now();
  let records = before === undefined ? await saveGround(store, ground, columns.count) : 0;
  await view.ground();
  for await (const { done, latest } of saveCities(store, columns, before ?? 0)) {
    records += latest.length;
    view.cities(done, columns.count, latest);
  }
  return { records, milliseconds: performance.now() - start };
}

/** Countries, languages and who speaks what, in one commit. */
async function saveGround({ models, saveAll }: Atlas, ground: Ground, total: number): Promise<number> {
  const { Country, Language, CountryLanguage, Import } = models;
  const saved = await saveAll<object>([
    ...ground.countries.map(({ languages, official, ...country }) => new Country({ ...country, officialName: official })),
    ...ground.languages.map((language) => new Language(language)),
    ...ground.countries.flatMap(({ code, languages }) => languages.map((language) =>
      new CountryLanguage({ id: `${code}-${language}`, countryCode: code, languageCode: language }))),
    new Import({ id: WORLD, cities: 0, total }),
  ]);
  return saved.length - 1;
}

interface Step {
  readonly done: number;
  readonly latest: readonly CityValues[];
}

/** Saves the cities from the given one on. While commits are being written the next is made. */
async function* saveCities(store: Atlas, columns: Columns, from: number): AsyncGenerator<Step> {
  const writing: Promise<Step>[] = [];
  for (const batch of batches(columns, from)) {
    const next = saveBatch(store, batch, columns.count);
    next.catch(() => undefined); // it is awaited below, after those before it
    writing.push(next);
    if (writing.length > UNDER_WAY) yield await writing.shift()!;
  }
  for (const step of writing) yield await step;
}

async function saveBatch({ models, save, saveAll }: Atlas, { rows, done }: Batch, total: number): Promise<Step> {
  await Promise.all([saveAll(models.City, rows), save(new models.Import({ id: WORLD, cities: done, total }))]);
  return { done, latest: rows };
}

interface Batch {
  readonly rows: readonly CityValues[];
  readonly done: number;
}

/** The columns as rows, a batch at a time. */
function* batches(columns: Columns, from: number): Generator<Batch> {
  let rows: CityValues[] = [];
  let id = 0;
  let lat = 0;
  let lon = 0;
  for (let i = 0; i < columns.count; i++) {
    id += columns.id[i]!;
    lat += columns.lat[i]!;
    lon += columns.lon[i]!;
    if (i < from) continue;
    const name = columns.name[i]!;
    rows.push({
      id: String(id), name, search: fold(name), population: columns.population[i]!, lat: lat / UNIT, lon: lon / UNIT,
      countryCode: columns.codes[columns.country[i]!]!,
    });
    if (rows.length < BATCH && i < columns.count - 1) continue;
    yield { rows, done: i + 1 };
    rows = [];
  }
}

async function read<T>(name: string): Promise<T> {
  const response = await fetch(`data/${name}`);
  if (!response.ok) throw new Error(`the data could not be fetched: ${name} answered ${response.status}`);
  return (await response.json()) as T;
}
