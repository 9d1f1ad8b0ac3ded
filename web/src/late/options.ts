import { isObject } from '../checks.js';
import type { OpenOptions } from '../datastore.js';
import { kit } from './kit.js';

/** Refuses options that are wrong, in words. */
export function checkOptions(options: Omit<OpenOptions, 'migrate' | 'sync'>): void {
  if (!isObject(options)) throw kit.invalid('expects { name, schema }', 'open');
  checkName('open', options.name);
  checkSchema(options.schema);
  oneOf('storage', options.storage, ['indexeddb', 'memory']);
  oneOf('durability', options.durability, ['relaxed', 'strict']);
  if (typeof options.preload === 'number') kit.wholeNumber('preload', options.preload, 'open');
  else oneOf('preload', options.preload, ['all', 'none']);
  if (typeof options.host !== 'function') oneOf('host', options.host, ['page', 'worker']);
  oneOf('onDamage', options.onDamage, ['fail', 'repair']);
}

/** Refuses what is no name of a store. */
export function checkName(op: string, name: unknown): void {
  if (typeof name === 'string' && name !== '') return;
  throw kit.invalid('name must be a string that is not empty', op);
}

function checkSchema(schema: unknown): void {
  const refuse = (message: string) => kit.invalid(message, 'open');
  if (typeof schema === 'string') {
    if (schema.trim() !== '') return;
    throw refuse('schema is empty; give SDL text or a compiled schema');
  }
  if (isObject(schema) && 'granary' in schema && 'models' in schema) {
    if (schema.granary === 1) return;
    throw refuse(`the compiled schema is of form ${String(schema.granary)}, this version reads form 1; compile it again`);
  }
  throw refuse('schema must be SDL text or the object that "wasmbuild schema" writes');
}

function oneOf(option: string, value: unknown, values: readonly string[]): void {
  if (value === undefined || values.includes(value as string)) return;
  throw kit.invalid(`${option} must be '${values.join("' or '")}', got ${String(value)}`, 'open');
}
