/** What a call throws that looks at models which are in storage only. It has done nothing. */
export class NotLoaded {
  /** Brings them into memory. */
  readonly load: () => Promise<void>;

  constructor(load: () => Promise<void>) {
    this.load = load;
  }
}

/** Is settled when the models are loaded that something waits for which writes. */
let held: Promise<void> | undefined;

/**
 * Runs a verb, and again once the models are loaded that a call of it lacked. While
 * one waits that writes, others begin after it, so that they see what it wrote.
 */
export async function whenLoaded<T>(verb: () => T | Promise<T>, writes?: boolean): Promise<T> {
  while (held) await held;
  for (;;) {
    try {
      return await verb();
    } catch (error) {
      if (!(error instanceof NotLoaded)) throw error;
      const loading = error.load();
      if (writes) held = loading.catch(() => {});
      try {
        await loading;
      } finally {
        if (writes) held = undefined;
      }
    }
  }
}
