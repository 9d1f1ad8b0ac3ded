/** A class that has its constructor take an object that is there already, or make one. */
const Any = function (record?: object) {
  return record;
} as unknown as new (record?: object) => object;

/** An object with a private field for what it keeps alive. */
class Holder extends Any {
  #held: object | undefined;

  /** Makes a record keep something alive as long as it lives itself. @internal */
  static hold(record: object, held: object): void {
    (#held in record ? record : new Holder(record) as Holder).#held = held;
  }
}

/**
 * The ancestor of all model classes. Its private fields are the memory of records
 * that did not come from the store: they stay writable on a frozen object, and
 * neither JSON nor a spread sees them. Records from the store have none but the
 * Holder's, which is why they are cheap.
 */
export abstract class Instance extends Holder {
  /** Names of the fields that were edited since the record was read; null for a record that is new as a whole. */
  #changed: readonly string[] | null;
  /** Instances that were given for relations, by relation name. */
  #related: ReadonlyMap<string, object> | undefined;

  constructor(changed: readonly string[] | null, related: ReadonlyMap<string, object> | undefined) {
    super();
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
