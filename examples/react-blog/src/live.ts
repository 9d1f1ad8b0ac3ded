import type { LiveAnswer, LiveQuery } from 'granary';
import { useCallback, useMemo, useRef, useSyncExternalStore, type DependencyList } from 'react';

/**
 * The answer of a live query, which renders again whenever it changes. A question is
 * asked anew when `dependencies` change; until it is answered the answer before stands.
 */
export function useLive<T extends object>(question: () => LiveQuery<T>, dependencies: DependencyList): LiveAnswer<T> | undefined {
  const query = useMemo(question, dependencies);
  const before = useRef<LiveAnswer<T>>(undefined);
  const subscribe = useCallback((changed: () => void) => {
    const subscription = query.subscribe(changed);
    return () => subscription.unsubscribe();
  }, [query]);
  const answer = useSyncExternalStore(subscribe, () => query.current) ?? before.current;
  before.current = answer;
  return answer;
}
