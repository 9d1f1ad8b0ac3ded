// The store that keeps the models of atlas.graphql. models.ts is generated from it:
// make generate.

import { open, type City, type Store } from './models.js';

export type { City, Country, Language } from './models.js';

/** The name of the database. */
export const DATABASE = 'atlas';

/** The open store of the atlas. */
export type Atlas = Store;

/** The values that a city is made of. */
export type CityValues = Omit<City, 'country'>;

/** What the map shows of a city: a record, or while it is imported its values. */
export type Spot = CityValues & Partial<City>;

/** Opens the store, and makes an empty one on the first visit. */
export function openAtlas(): Promise<Atlas> {
  return open({ name: DATABASE });
}

/** A name as people type it when they search: lower case, without accents. */
export function fold(name: string): string {
  return name.normalize('NFD').replace(/\p{Mn}/gu, '').toLowerCase().trim();
}
