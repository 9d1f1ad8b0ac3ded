import { stopped, type GranaryError } from './errors.js';

/** Runs a verb again, and gives its calls the answers that have come. */
export type Again = <T>(verb: () => T) => T;

/**
 * What a call throws that cannot be answered at once: it looks at models which are in
 * storage only, and has done nothing; or its engine is in a worker.
 */
export class NotLoaded {
  /** Is settled when they are in memory, or cannot be; or when there is an answer, with what runs the verb on it. */
  readonly loading: Promise<Again | void>;

  constructor(loading: Promise<Again | void>) {
    this.loading = loading;
  }
}

/** Of errors of calls that came while an engine was being replaced: when that is done. */
const waits = new WeakMap<object, Promise<void>>();

/** The error for a call that came while there was no engine, and had no effect. */
export function interrupted(crash: GranaryError, until: Promise<void>): GranaryError {
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
 * engine has come that there was none of, or its answer. While
 * one waits that writes, others begin after it, so that they see what it wrote.
 */
export async function whenLoaded<T>(verb: () => T | Promise<T>, again?: Again | void): Promise<T> {
  while (held && !again) await held;
  for (;;) {
    try {
      const answer = again ? again(verb) : verb();
      return answer instanceof Promise ? await answer : answer; // what is here already takes no turn
    } catch (error) {
      const loading = error instanceof NotLoaded ? error.loading : waits.get(error as object);
      if (!loading) throw error;
      again = await loading;
    }
  }
}
