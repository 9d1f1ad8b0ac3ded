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
 * with a list of its own, so that depth and cycles cannot hurt. A member that is
 * undefined counts as absent.
 */
export function whyNotJSON(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return whyNotScalar(value);
  const path: object[] = [];
  const open = new Set<object>();
  const todo: unknown[] = [value];
  for (let nodes = 0; todo.length > 0; nodes++) {
    if (nodes > MAX_JSON_NODES) return `holds more than ${MAX_JSON_NODES} values`;
    const item = todo.pop();
    if (item === LEAVE) {
      open.delete(path.pop()!);
      continue;
    }
    const why = typeof item === 'object' && item !== null ? enter(item, path, open, todo) : whyNotScalar(item);
    if (why) return why;
  }
  return undefined;
}

/** Stands in the list of things to do where an object ends. */
const LEAVE = Symbol('leave');

function enter(item: object, path: object[], open: Set<object>, todo: unknown[]): string | undefined {
  if (open.has(item)) return 'holds itself (a cycle)';
  if (path.length === MAX_JSON_DEPTH) return `is nested deeper than ${MAX_JSON_DEPTH} levels`;
  path.push(item);
  open.add(item);
  todo.push(LEAVE);
  if (Array.isArray(item)) {
    for (let i = item.length - 1; i >= 0; i--) todo.push(item[i]);
    return undefined;
  }
  if (!isPlain(item)) return `holds ${describeObject(item)}`;
  for (const member of Object.values(item)) if (member !== undefined) todo.push(member);
  return undefined;
}

function whyNotScalar(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'object':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : `holds ${value}; a number must be finite`;
    case 'bigint':
      return 'holds a bigint; pass a number or a string';
    case 'undefined':
      return 'holds undefined; pass null';
    default:
      return `holds a ${typeof value}; pass plain data`;
  }
}

/** Whether an object is a literal (of any realm) or has no prototype. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === null ||
    prototype === Object.prototype ||
    (Object.getPrototypeOf(prototype) === null && Object.prototype.toString.call(value) === '[object Object]')
  );
}

function describeObject(value: object): string {
  if (value instanceof Date) return 'a Date; pass its toISOString()';
  if (value instanceof Map || value instanceof Set) return 'a Map or Set; pass an array or a plain object';
  return 'an object that is not plain; pass plain data';
}

/** Freezes a value that JSON.parse made, and all that it holds. */
export function deepFreeze<T>(value: T): T {
  const todo: unknown[] = [value];
  while (todo.length > 0) {
    const item = todo.pop();
    if (typeof item !== 'object' || item === null || Object.isFrozen(item)) continue;
    Object.freeze(item);
    for (const member of Object.values(item)) if (typeof member === 'object') todo.push(member);
  }
  return value;
}
