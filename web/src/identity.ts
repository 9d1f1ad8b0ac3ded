import { isObject } from './checks.js';
import { Instance } from './instance.js';

/** 2 ** 4 neighbouring rows share one weak reference, which costs as much as the making of several records. */
const GROUP_BITS = 4;
/** A map of fewer groups is not worth sweeping. */
const SMALL_MAP = 64;

/** Records of neighbouring rows, each behind its version. Each of them holds the group, so it lives as long as the last one does. */
type Group = unknown[];

/** Where in its group the version of a row stands. */
const placeOf = (row: number) => (row % 2 ** GROUP_BITS) * 2;

/**
 * The records of one model that the page already has, by row number: the same
 * version of a row is the same object. Records are held weakly, a group at a time.
 * Groups whose records are gone are swept once the map has doubled.
 */
export class IdentityMap {
  /** A test of the sweep counts them. @internal */
  readonly groups = new Map<number, WeakRef<Group>>();
  #sweptAt = SMALL_MAP;
  /** The group that was asked for last in this turn, and its number: rows are asked for in order. */
  #last: Group | undefined;
  #number = -1;

  /** The version of a row that was set last, if it was. */
  versionOf(row: number): number | undefined {
    return this.#group(row)?.[placeOf(row)] as number | undefined;
  }

  /** The record of that version of a row, if the page has it. */
  get(row: number, version: number): object | undefined {
    const group = this.#group(row);
    const at = placeOf(row);
    return group?.[at] === version ? group[at + 1] as object : undefined;
  }

  /** Remembers a record, which `Instance` must be able to mark: one of its own, or one that is not frozen yet. */
  set(row: number, version: number, record: object): void {
    let group = this.#group(row);
    if (!group) {
      if (this.groups.size >= this.#sweptAt) this.#sweep();
      this.groups.set(this.#number, new WeakRef(this.#last = group = new Array(2 ** GROUP_BITS * 2)));
    }
    const at = placeOf(row);
    group[at] = version;
    group[at + 1] = record;
    Instance.hold(record, group);
  }

  /** The records that the page still holds. */
  alive(): object[] {
    return [...this.groups.values()].flatMap((group) => group.deref() ?? []).filter(isObject);
  }

  #group(row: number): Group | undefined {
    const number = row >>> GROUP_BITS;
    if (number !== this.#number) {
      if (this.#number < 0) queueMicrotask(() => void (this.#number = -1, this.#last = undefined));
      this.#number = number;
      this.#last = this.groups.get(number)?.deref();
    }
    return this.#last;
  }

  #sweep(): void {
    for (const [number, group] of this.groups) if (!group.deref()) this.groups.delete(number);
    this.#sweptAt = 2 * this.groups.size + SMALL_MAP;
  }
}
