import { invalid } from './errors.js';

/** Whether a value is an object (or an array), whose members can be asked for. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Refuses an option that is no whole number from 0. */
export function wholeNumber(name: string, value: unknown, ...place: [op: string, model?: { name: string }, field?: string]): void {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw invalid(`${name} must be a whole number from 0, got ${String(value)}`, ...place);
  }
}
