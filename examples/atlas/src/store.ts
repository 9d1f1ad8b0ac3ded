// The models of the atlas, and the store that keeps them.

import { DataStore, type Collection, type ForeignKey, type Lazy } from 'granary';

/** The name of the database. */
export const DATABASE = 'atlas';

const SCHEMA = /* GraphQL */ `
  type Country @model(timestamps: null) {
    code: ID! @primaryKey
    name: String! @index
    officialName: String!
    region: String! @index
    subregion: String
    capital: String
    area: Float
    lat: Float!
    lon: Float!
    outline: AWSJSON!
    cities: [City] @hasMany(indexName: "citiesByCountry", fields: ["code"])
    languages: [Language] @manyToMany(relationName: "CountryLanguage")
  }

  type City @model(timestamps: null) {
    id: ID!
    name: String!
    search: String! @index
    population: Int! @index
    lat: Float!
    lon: Float!
    countryCode: ID! @index(name: "citiesByCountry")
    country: Country! @belongsTo(fields: ["countryCode"])
  }

  type Language @model(timestamps: null) {
    code: ID! @primaryKey
    name: String!
    countries: [Country] @manyToMany(relationName: "CountryLanguage")
  }

  "How far the import has come. It is saved in the commits of the import itself."
  type Import @model(timestamps: null) {
    id: ID!
    cities: Int!
    total: Int!
  }
`;

/** A country or territory; its code is that of ISO 3166-1, two letters. */
export interface Country {
  readonly code: string;
  readonly name: string;
  readonly officialName: string;
  readonly region: string;
  readonly subregion: string | null;
  readonly capital: string | null;
  /** In square kilometres. */
  readonly area: number | null;
  readonly lat: number;
  readonly lon: number;
  /** Rings of lon, lat, lon, lat, … in hundredths of a degree. */
  readonly outline: readonly (readonly number[])[];
  readonly cities: Collection<City>;
  readonly languages: Collection<Language, CountryLanguage>;
}

/** A place of a thousand people or more; its id is that of GeoNames. */
export interface City {
  readonly id: string;
  readonly name: string;
  /** The name as it is searched and sorted; see {@link fold}. */
  readonly search: string;
  readonly population: number;
  readonly lat: number;
  readonly lon: number;
  readonly countryCode: ForeignKey<string>;
  readonly country: Lazy<Country>;
}

/** The values that a city is made of. */
export type CityValues = Omit<City, 'country'>;

/** What the map shows of a city: a record, or while it is imported its values. */
export type Spot = CityValues & Partial<City>;

/** A language; its code is that of ISO 639-3. */
export interface Language {
  readonly code: string;
  readonly name: string;
  readonly countries: Collection<Country, CountryLanguage>;
}

/** That a language is spoken in a country. */
export interface CountryLanguage {
  readonly id: string;
  readonly countryCode: ForeignKey<string>;
  readonly languageCode: ForeignKey<string>;
  readonly country: Lazy<Country>;
  readonly language: Lazy<Language>;
}

/** How far the import has come. */
export interface Import {
  readonly id: string;
  readonly cities: number;
  readonly total: number;
}

interface Models {
  readonly Country: Country;
  readonly City: City;
  readonly Language: Language;
  readonly CountryLanguage: CountryLanguage;
  readonly Import: Import;
}

/** The open store of the atlas. */
export type Atlas = DataStore<Models>;

/** Opens the store, and makes an empty one on the first visit. */
export function openAtlas(): Promise<Atlas> {
  return DataStore.open<Models>({ name: DATABASE, schema: SCHEMA });
}

/** A name as people type it when they search: lower case, without accents. */
export function fold(name: string): string {
  return name.normalize('NFD').replace(/\p{Mn}/gu, '').toLowerCase().trim();
}
