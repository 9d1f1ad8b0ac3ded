/**
 * The ancestor of all model classes. Its private fields are the memory of records
 * that did not come from the store: they stay writable on a frozen object, and
 * neither JSON nor a spread sees them. Records from the store have none, which is
 * why they are cheap.
 */
export abstract class Instance {
  /** Names of the fields that were edited since the record was read; null for a record that is new as a whole. */
  #changed: readonly string[] | null;
  /** Instances that were given for relations, by relation name. */
  #related: ReadonlyMap<string, object> | undefined;

  constructor(changed: readonly string[] | null, related: ReadonlyMap<string, object> | undefined) {
    this.#changed = changed;
    this.#related = related;
  }

  /** @internal */
  static changedIn(instance: object): readonly string[] | null {
    return #changed in instance ? instance.#changed : UNCHANGED;
  }

  /** @internal */
  static relatedIn(instance: object): ReadonlyMap<string, object> | undefined {
    return #related in instance ? instance.#related : undefined;
  }

  /** Makes a record count as unchanged: it was saved. @internal */
  static saved(instance: object): void {
    if (!(#changed in instance)) return;
    instance.#changed = UNCHANGED;
    instance.#related = undefined;
  }
}

const UNCHANGED: readonly string[] = Object.freeze([]);
