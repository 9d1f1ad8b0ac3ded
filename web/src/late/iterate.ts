import type { Observable } from '../observable.js';

/** The values of an observable for a loop that awaits them: the newest, when it asks for one after several have come. */
export async function* iterate<T>(observable: Observable<T>): AsyncGenerator<T, void, undefined> {
  let latest: [T] | undefined;
  let end: (() => void) | undefined;
  let wake = () => {};
  const ending = (by: () => void) => {
    end = by;
    wake();
  };
  const subscription = observable.subscribe({
    next: (value) => {
      latest = [value];
      wake();
    },
    error: (reason) => ending(() => { throw reason; }),
    complete: () => ending(() => {}),
  });
  try {
    for (;;) {
      while (!latest && !end) await new Promise<void>((resolve) => (wake = resolve));
      if (!latest) return end!();
      const [value] = latest;
      latest = undefined;
      yield value;
    }
  } finally {
    subscription.unsubscribe();
  }
}
