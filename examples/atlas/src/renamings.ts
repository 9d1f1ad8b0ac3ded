// Names that people give cities: a record of each goes to the server, and from there
// to every browser, which gives its own city that name.

import type { Subscription } from 'granary';
import type { Renaming } from './models.js';
import { tell } from './notice.js';
import { fold, type Atlas, type City } from './store.js';

/** Saves another name, with the record of it in one commit. An empty one is no name, which the schema refuses. */
export async function rename(store: Atlas, city: City, name: string): Promise<City> {
  if (name === city.name) return city;
  const { Renaming } = store.models;
  const [saved] = await store.saveAll<object>([named(store, city, name), new Renaming({ id: city.id, name })]);
  return saved as City;
}

/** Gives the cities the names that were given them elsewhere, also before the world was imported here. */
export async function applyRenamings(store: Atlas): Promise<void> {
  for (const renaming of await store.query(store.models.Renaming)) await apply(store, renaming);
}

/** Does so with each name that comes from now on. */
export function followRenamings(store: Atlas): Subscription {
  return store.observe(store.models.Renaming).subscribe(({ opType, element }) => {
    if (opType !== 'DELETE') apply(store, element).catch(tell);
  });
}

async function apply(store: Atlas, { id, name }: Renaming): Promise<void> {
  const city = await store.query(store.models.City, id);
  if (city && city.name !== name) await store.save(named(store, city, name));
}

function named({ models }: Atlas, city: City, name: string): City {
  return models.City.copyOf(city, (draft) => {
    draft.name = name === '' ? (null as never) : name;
    draft.search = fold(name);
  });
}
