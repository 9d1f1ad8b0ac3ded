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

/** What every browser imports for itself. */
const IMPORTED = { Country: 'off', City: 'off', Language: 'off', CountryLanguage: 'off', Import: 'off' } as const;

/**
 * Opens the store, and makes an empty one on the first visit. With a server, of which
 * the page is told by <meta name="sync" content="/sync">, it syncs what was renamed.
 */
export function openAtlas(): Promise<Atlas> {
  const server = document.querySelector<HTMLMetaElement>('meta[name="sync"]')?.content;
  return open({ name: DATABASE, ...(server && { sync: { url: server, models: IMPORTED } }) });
}

/** A name as people type it when they search: lower case, without accents. */
export function fold(name: string): string {
  return name.normalize('NFD').replace(/\p{Mn}/gu, '').toLowerCase().trim();
}
