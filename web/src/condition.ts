import { invalid } from './errors.js';
import { MAX_PREDICATE_DEPTH } from './limits.js';
import type { Condition } from './model-types.js';

/** How related records must satisfy a condition. */
export type Quantifier = 'some' | 'every' | 'none';

/** A predicate as the engine reads it. */
export type PredicateJSON =
  | { readonly all: true }
  | { readonly field: string; readonly op: string; readonly value: unknown }
  | { readonly and: readonly PredicateJSON[] }
  | { readonly or: readonly PredicateJSON[] }
  | { readonly not: PredicateJSON }
  | ({ readonly relation: string } & { readonly [K in Quantifier]?: PredicateJSON });

/** A finished condition: a predicate as data, and how deep it is. */
export class Finished {
  readonly #json: PredicateJSON;
  readonly #depth: number;

  constructor(json: PredicateJSON, depth = 0) {
    if (depth > MAX_PREDICATE_DEPTH) {
      throw invalid(`a predicate may be nested ${MAX_PREDICATE_DEPTH} levels deep`);
    }
    this.#json = json;
    this.#depth = depth;
    Object.freeze(this);
  }

  static group(name: 'and' | 'or', members: readonly Finished[]): Finished {
    const depth = members.reduce((most, m) => Math.max(most, m.#depth), 0) + 1;
    return new Finished({ [name]: members.map((m) => m.#json) } as unknown as PredicateJSON, depth);
  }

  static not(inner: Finished): Finished {
    return new Finished({ not: inner.#json }, inner.#depth + 1);
  }

  static related(relation: string, quantifier: Quantifier, inner: Finished): Finished {
    return new Finished({ relation, [quantifier]: inner.#json }, inner.#depth + 1);
  }

  static json(condition: Finished): PredicateJSON {
    return condition.#json;
  }
}

/** Every record: what a predicate that returns its argument means. */
export const EVERYTHING = new Finished({ all: true });

/** Predicates that need no builder. */
export const Predicates = Object.freeze({
  /** Matches every record: `DataStore.delete(Post, Predicates.ALL)`. */
  ALL: EVERYTHING as unknown as Condition,
});
