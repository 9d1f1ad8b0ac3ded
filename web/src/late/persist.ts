import type { Estimate } from '../verbs.js';

/** Asks the browser's storage manager, which throws in some places and is not there in others. */
async function ask<T>(question: (manager: StorageManager) => Promise<T>): Promise<T | undefined> {
  try {
    return await question(navigator.storage);
  } catch {
    return undefined;
  }
}

/** Asks the browser to keep the site's data when the device runs out of room. */
export async function persist(): Promise<boolean> {
  return (await ask((manager) => manager.persist())) ?? false;
}

/** Tells how much room the site has. */
export async function estimate(): Promise<Estimate> {
  const { usage, quota } = (await ask((manager) => manager.estimate())) ?? {};
  return { usage, quota, persisted: (await ask((manager) => manager.persisted())) ?? false };
}
