import { stopped, type GranaryError } from './errors.js';

/** What a call throws that looks at models which are in storage only. It has done nothing. */
export class NotLoaded {
  /** Is settled when they are in memory, or cannot be. */
  readonly loading: Promise<void>;

  constructor(loading: Promise<void>) {
    this.loading = loading;
  }
}

/** Of errors of calls that came while an engine was being replaced: when that is done. */
const waits = new WeakMap<object, Promise<unknown>>();

/** The error for a call that came while there was no engine, and had no effect. */
export function interrupted(crash: GranaryError, until: Promise<unknown>): GranaryError {
  const error = stopped(`${crash.message}; another one is taking its place, try again`, crash);
  waits.set(error, until);
  return error;
}

/** Lasts while something that writes waits for models. */
let held: Promise<void> | undefined;

/** Has what is asked from now on wait until what waits for this has been tried again. */
export function hold(loading: Promise<void>): void {
  const turn = () => new Promise<void>((resolve) => setTimeout(resolve));
  const mine = loading.then(turn, turn).then(() => {
    if (held === mine) held = undefined;
  });
  held = mine;
}

/**
 * Runs a verb, and again once the models are loaded that a call of it lacked, or the
 * engine has come that there was none of. While
 * one waits that writes, others begin after it, so that they see what it wrote.
 */
export async function whenLoaded<T>(verb: () => T | Promise<T>): Promise<T> {
  while (held) await held;
  for (;;) {
    try {
      return await verb();
    } catch (error) {
      const loading = error instanceof NotLoaded ? error.loading : waits.get(error as object);
      if (!loading) throw error;
      await loading;
    }
  }
}
