import { isObject } from './checks.js';
import { fillFrom } from './construct.js';
import { edit } from './draft.js';
import { invalid } from './errors.js';
import { deepFreeze } from './json.js';
import { Instance } from './instance.js';
import type { ModelConstructor } from './model-types.js';
import { Plan } from './plan.js';
import { RelatedRecords, relatedRecord } from './relations.js';
import type { Model, Relation } from './schema.js';
import type { Session } from './session.js';

/** The bindings of all stores, by class and by the prototype of its instances. */
const bindings = new WeakMap<object, Binding>();

/** The binding of a model class, or undefined. */
export function bindingOfClass(value: unknown): Binding | undefined {
  return typeof value === 'function' ? bindings.get(value) : undefined;
}

/** The binding of an instance of a model, or undefined. It never asks the instance, whose fields may have any name. */
export function bindingOfInstance(value: unknown): Binding | undefined {
  const prototype: unknown = isObject(value) && Object.getPrototypeOf(value);
  return isObject(prototype) ? bindings.get(prototype) : undefined;
}

/** The binding as a session has it; any store's without a session. */
export function ownBinding(op: string, session: Session | undefined, binding: Binding): Binding {
  if (!session) return binding;
  const { model, session: { name } } = binding;
  if (binding.session !== session.root) throw invalid(`is of the store ${name}, not of ${session.root.name}`, op, model);
  return session.bound(binding);
}

type Values = Record<string, unknown>;

/** A model of one open store, with its class. */
export class Binding {
  readonly session: Session;
  readonly model: Model;
  readonly plan: Plan;
  readonly Class: ModelConstructor<object>;
  /** Makes an empty object of the class, without the memory of a fresh one. */
  readonly #Stored: new () => object;

  constructor(session: Session, model: Model) {
    this.session = session;
    this.model = model;
    this.plan = new Plan(model, session.graph);
    const Class = modelClass(this);
    const Stored = function () {} as unknown as { new (): object; prototype: object };
    Stored.prototype = Class.prototype;
    this.#Stored = Stored;
    this.Class = Class;
    const binding = this;
    for (const relation of model.relations.values()) {
      Object.defineProperty(Class.prototype, relation.name, {
        configurable: true,
        get(this: Values) {
          return binding.readRelation(relation, this, this);
        },
      });
    }
    bindings.set(Class, this);
    bindings.set(Class.prototype, this);
  }

  /** Makes a record of a row that the store answered as an object. */
  adopt(row: Values): object {
    return Object.freeze(this.stored(this.plan.values(row)));
  }

  /** Makes a record of the values of a row that the store answered, which are used up. It is to be frozen. */
  stored(values: readonly unknown[]): object {
    const record = new this.#Stored();
    this.plan.fill(record, values);
    for (const name of this.plan.deep) deepFreeze((record as Values)[name]);
    return record;
  }

  /** What a relation reads as on a record with these values. `fresh` may remember instances that it was given. */
  readRelation(relation: Relation, values: Values, fresh: object): Promise<unknown> | RelatedRecords {
    return relation.many ? new RelatedRecords(this, relation, values) : relatedRecord(this, relation, values, fresh);
  }

  /** The edited copy of a record, or the record itself when nothing was changed. */
  copyOf(source: unknown, recipe: unknown): object {
    if (bindingOfInstance(source) !== this) {
      throw invalid(`expects an instance of ${this.model.name} of this store`, 'copyOf', this.model);
    }
    if (typeof recipe !== 'function') {
      throw invalid('expects a callback that changes the draft', 'copyOf', this.model);
    }
    const edited = edit(this, source as Values, recipe as (draft: never) => unknown);
    if (!edited) return source as object;
    const before = Instance.changedIn(source as object);
    const changed = before && [...new Set([...before, ...edited.changed])];
    const related = new Map(Instance.relatedIn(source as object));
    for (const relation of this.model.relations.values()) {
      const given = edited.related.get(relation.name);
      if (given) related.set(relation.name, given);
      else if (relation.fields.some((f) => edited.changed.includes(f))) related.delete(relation.name);
    }
    const copy = Reflect.construct(Instance, [changed, related], this.Class) as object;
    this.plan.fill(copy, edited.values);
    return Object.freeze(copy);
  }
}

function modelClass(binding: Binding): ModelConstructor<object> {
  const Class = class extends Instance {
    constructor(init: unknown) {
      const { values, related } = fillFrom(binding, init);
      super(null, related);
      binding.plan.fill(this, values);
      Object.freeze(this);
    }

    static copyOf(source: object, recipe: (draft: never) => void): object {
      return binding.copyOf(source, recipe);
    }
  };
  Object.defineProperty(Class, 'name', { value: binding.model.name, configurable: true });
  return Class as unknown as ModelConstructor<object>;
}
