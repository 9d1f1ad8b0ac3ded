import type { GranaryError, invalid } from '../errors.js';

/**
 * What of the package a page must have only one of. Code in late/ takes it from
 * here; what else it imports as a value is copied into late.js, which is right for
 * functions without a state of their own and wrong for classes.
 */
export interface Kit {
  readonly GranaryError: typeof GranaryError;
  readonly invalid: typeof invalid;
}

export let kit: Kit;

/** Hands over the kit, before any verb is called. */
export function provide(given: Kit): void {
  kit = given;
}
