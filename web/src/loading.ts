/** What a call throws that looks at models which are in storage only. It has done nothing. */
export class NotLoaded {
  /** Is settled when they are in memory, or cannot be. */
  readonly loading: Promise<void>;

  constructor(loading: Promise<void>) {
    this.loading = loading;
  }
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
 * Runs a verb, and again once the models are loaded that a call of it lacked. While
 * one waits that writes, others begin after it, so that they see what it wrote.
 */
export async function whenLoaded<T>(verb: () => T | Promise<T>): Promise<T> {
  while (held) await held;
  for (;;) {
    try {
      return await verb();
    } catch (error) {
      if (!(error instanceof NotLoaded)) throw error;
      await error.loading;
    }
  }
}
