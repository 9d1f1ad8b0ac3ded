import { deepFreeze } from './json.js';
import type { Graph, Model, SchemaField } from './schema.js';

/** Whether a value that is not null is right beyond doubt. What is not, the engine judges. */
type Check = (value: unknown) => boolean;

/** What the constructor must know of one stored field. */
export interface Slot {
  readonly name: string;
  readonly check: Check;
  readonly required: boolean;
  readonly readOnly: boolean;
  readonly key: boolean;
  /** The id that is generated when absent. */
  readonly generated: boolean;
  /** What an absent value becomes: the default or null. */
  readonly initial: unknown;
}

const LONGEST_PLAIN_KEY = 128;
const LONGEST_PLAIN_TIME = 24; // a year of more than four digits is none to the engine

const isString: Check = (v) => typeof v === 'string';
const isPlainKey: Check = (v) => typeof v === 'string' && v !== '' && v.length <= LONGEST_PLAIN_KEY;
const isInt: Check = (v) => typeof v === 'number' && Object.is(v, v | 0); // as 32 bits with a sign have it: not -0
const isFloat: Check = (v) => Number.isFinite(v) && !Object.is(v, -0);
const isBoolean: Check = (v) => typeof v === 'boolean';
/** As toISOString writes it. */
const isTime: Check = (v) => isString(v) && (v as string).length <= LONGEST_PLAIN_TIME && new Date(v as string).toJSON() === v;
const isDoubtful: Check = () => false;

const CHECKS: ReadonlyMap<string, Check> = new Map([
  ['ID', isString],
  ['String', isString],
  ['Int', isInt],
  ['Float', isFloat],
  ['Boolean', isBoolean],
  ['AWSDateTime', isTime],
]);

/** Whose values are objects, beside lists and custom types. */
const JSON_TYPE = 'AWSJSON';

/**
 * What is worked out once per model so that making an instance is a plain loop.
 * The rules of the schema live in the engine; a slot's check only recognises
 * values that every rule lets pass as they are.
 */
export class Plan {
  readonly slots: readonly Slot[];
  readonly slotOf: ReadonlyMap<string, number>;
  /** Whether the store keeps times of its own in the records, so that a stored record is not the one that was given. */
  readonly stamped: boolean;
  /** Fields whose values may be objects, to be frozen too. */
  readonly deep: readonly string[];
  /** Whether a field is called like a member of Object.prototype, so that assigning could go wrong. */
  readonly hazardous: boolean;
  /** For each required relation the slots of its foreign key. */
  readonly requiredKeys: readonly (readonly number[])[];

  constructor(model: Model, graph: Graph) {
    const { definition } = model;
    this.slots = definition.fields.map((field) => slot(field, model, graph));
    this.slotOf = new Map(this.slots.map((s, i) => [s.name, i]));
    this.stamped = definition.createdAt !== null || definition.updatedAt !== null;
    this.deep = definition.fields
      .filter((f) => f.list || f.type === JSON_TYPE || graph.compiled.types.some((t) => t.name === f.type))
      .map((f) => f.name);
    this.hazardous = definition.fields.some((f) => f.name in Object.prototype);
    this.requiredKeys = [...model.relations.values()]
      .filter((r) => r.required && !r.many)
      .map((r) => r.fields.map((name) => this.slotOf.get(name)!));
  }

  /** Writes values, in slot order, as own properties of a new record. */
  fill(target: object, values: readonly unknown[]): void {
    const { slots } = this;
    const record = target as Record<string, unknown>;
    for (let i = 0; i < slots.length; i++) {
      if (this.hazardous) define(record, slots[i]!.name, values[i]);
      else record[slots[i]!.name] = values[i];
    }
  }

  /** The values of a record, in slot order. */
  values(record: object): unknown[] {
    const { slots } = this;
    const values = new Array<unknown>(slots.length);
    for (let i = 0; i < slots.length; i++) values[i] = (record as Record<string, unknown>)[slots[i]!.name];
    return values;
  }
}

function slot(field: SchemaField, model: Model, graph: Graph): Slot {
  const { name, readOnly = false } = field;
  const { keyKind, createdAt, updatedAt } = model.definition;
  const key = model.key.includes(name);
  const text = field.type === 'ID' || field.type === 'String';
  const generated = keyKind === 'managed' && model.key[0] === name && name === 'id' && text;
  const required = field.required === true && name !== createdAt && name !== updatedAt; // the store fills those
  const initial = deepFreeze(structuredClone(field.default ?? null));
  return { name, check: checkOf(field, key, graph), required, readOnly, key, generated, initial };
}

function checkOf(field: SchemaField, key: boolean, graph: Graph): Check {
  if (field.list) return isDoubtful;
  const values = graph.enums.get(field.type);
  if (values) return (v) => values.has(v as string);
  const check = CHECKS.get(field.type) ?? isDoubtful;
  return key && check === isString ? isPlainKey : check;
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}
