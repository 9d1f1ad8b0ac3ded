import { ErrorCode, GranaryError, type DataStore, type DynamicModels } from 'granary';
import {
  createContext, createElement, Fragment, Suspense, useContext, useEffect, useMemo, useState, useSyncExternalStore, type ReactElement, type ReactNode,
} from 'react';
import { Opening } from './opening.js';

/** What {@link GranaryProvider} takes: a store that is open, or how to open one. */
export type ProviderProps =
  | {
      readonly store: DataStore<object>;
      readonly open?: undefined;
      readonly fallback?: undefined;
      readonly children?: ReactNode;
    }
  | {
      readonly store?: undefined;
      /** Is called once, in the page and never on a server. The provider closes the store when it is unmounted. */
      readonly open: () => Promise<DataStore<object>>;
      /** Is shown in place of the children until the store is open. Without it they are rendered at once, and hooks that need the store suspend. */
      readonly fallback?: ReactNode;
      readonly children?: ReactNode;
    };

interface Place {
  /** The store, undefined while it is being opened. */
  readonly store: DataStore<object> | undefined;
  readonly over: Promise<void>;
}

const Places = createContext<Place | undefined>(undefined);

/**
 * Gives a store to the components below it. A store that cannot be opened is an
 * error of this component, for the nearest error boundary.
 */
export function GranaryProvider({ store: given, open, fallback, children }: ProviderProps): ReactElement {
  const [opening] = useState(() => new Opening());
  const { store: opened, failure, over } = useSyncExternalStore(opening.subscribe, opening.read, opening.read);
  const opens = !given;
  useEffect(() => (opens ? opening.hold(open!) : undefined), [opening, opens]);
  const store = given ?? opened;
  const place = useMemo(() => ({ store, over }), [store, over]);
  if (opens && failure) throw failure.error;
  const below = opens && fallback === undefined
    ? createElement(Suspense, { fallback: null }, children)
    : createElement(Fragment, { key: store ? 'open' : 'opening' }, store ? children : fallback);
  return createElement(Places.Provider, { value: place }, below);
}

/** Where the component is: its store, if there is one yet. */
export function usePlace(hook: string): Place {
  const place = useContext(Places);
  if (place) return place;
  throw new GranaryError(ErrorCode.Invalid, `${hook}: there is no <GranaryProvider> above this component`, { op: hook });
}

/**
 * The store of the nearest provider, for its verbs and models:
 * `const { save, models: { Post } } = useStore<Blog>()`. Suspends while the
 * provider opens it, unless that shows a fallback instead.
 */
export function useStore<M extends object = DynamicModels>(hook = 'useStore'): DataStore<M> {
  const { store, over } = usePlace(hook);
  if (store) return store as unknown as DataStore<M>;
  if (typeof window !== 'undefined') throw over;
  throw new GranaryError(ErrorCode.Unavailable, `${hook}: a server opens no store; give the provider a fallback, or a store`, { op: hook });
}
