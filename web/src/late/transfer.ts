import { nothing } from '../reading.js';
import type { Session } from '../session.js';

/** Milliseconds after which work lets the page have its turn. */
const FRAME = 8;

/** Gives the page its turn now and then during long work. */
export class Turns {
  #until = performance.now() + FRAME;

  /** Waits for a turn of the page when a frame's time is over. */
  async next(): Promise<void> {
    if (performance.now() < this.#until) return;
    await new Promise((resolve) => setTimeout(resolve));
    this.#until = performance.now() + FRAME;
  }
}

/** Lets the engine forget an export or import. */
export function endTransfer(session: Session, number: number): void {
  try {
    session.ask('transfer_end', [number], undefined, nothing);
  } catch {
    // The store was closed, which forgets it too.
  }
}
