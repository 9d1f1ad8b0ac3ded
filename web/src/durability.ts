import { invalid } from './errors.js';

/** How one commit is made. */
export interface CommitOptions {
  /**
   * What its end promises, whatever the store was opened with: `relaxed` survives a
   * crash of tab and browser, `strict` a power cut too.
   */
  readonly durability?: 'relaxed' | 'strict' | undefined;
}

/** What options ask of a commit, as the engine numbers it: 0 is what the store does. */
export function durabilityOf(op: string, options: unknown): number {
  const wanted = (options as CommitOptions | undefined)?.durability;
  const number = [undefined, 'relaxed', 'strict'].indexOf(wanted);
  if (number >= 0) return number;
  throw invalid("durability must be 'relaxed' or 'strict'", op);
}
