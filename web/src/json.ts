import { isObject } from './checks.js';
import { MAX_JSON_DEPTH, MAX_JSON_NODES } from './limits.js';

/** A value that JSON holds. */
export type JSONValue =
  | string
  | number
  | boolean
  | null
  | readonly JSONValue[]
  | { readonly [name: string]: JSONValue | undefined };

/** A value of a field of type AWSJSON. */
export type JSONData = readonly JSONValue[] | { readonly [name: string]: JSONValue | undefined };

/**
 * Says why JSON cannot hold a value, or returns undefined when it can. It walks
 * with a list of its own, deep before wide, so that neither depth nor a cycle can
 * hurt. A member that is undefined counts as absent.
 */
export function whyNotJSON(value: unknown): string | undefined {
  const todo: unknown[] = [value];
  const depths = [0]; // of the items to do
  for (let nodes = 0; todo.length > 0; ) {
    const item = todo.pop();
    const depth = depths.pop()!;
    const why = whyNotItem(item);
    if (why) return `holds ${why}`;
    if (!isObject(item)) continue;
    if (depth === MAX_JSON_DEPTH) return `is nested deeper than ${MAX_JSON_DEPTH} levels, or holds itself (a cycle)`;
    const list = Array.isArray(item);
    const members: readonly unknown[] = list ? item : Object.values(item);
    nodes += members.length;
    if (nodes > MAX_JSON_NODES) return `holds more than ${MAX_JSON_NODES} values`;
    for (const member of members) {
      if (member === undefined && !list) continue;
      todo.push(member);
      depths.push(depth + 1);
    }
  }
  return undefined;
}

/** What is wrong with a value, its members aside. */
function whyNotItem(value: unknown): string | undefined {
  if (isObject(value)) {
    if (Array.isArray(value) || isPlain(value)) return undefined;
    if (value instanceof Date) return 'a Date; pass its toISOString()';
    if (value instanceof Map || value instanceof Set) return 'a Map or Set; pass an array or a plain object';
    return 'an object that is not plain; pass plain data';
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return undefined;
  if (typeof value === 'number') return `${value}; a number must be finite`;
  return value === undefined ? 'undefined; pass null' : `a ${typeof value}; pass plain data`;
}

/** Whether an object is a literal (of any realm) or has no prototype. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return !prototype || (!Object.getPrototypeOf(prototype) && Object.prototype.toString.call(value) === '[object Object]');
}

/** Freezes a value that JSON.parse made, and all that it holds. */
export function deepFreeze<T>(value: T): T {
  const todo: unknown[] = [value];
  while (todo.length > 0) {
    const item = todo.pop();
    if (!isObject(item) || Object.isFrozen(item)) continue;
    Object.freeze(item);
    for (const member of Object.values(item)) if (isObject(member)) todo.push(member);
  }
  return value;
}
