import { invalid, type GranaryError } from './errors.js';
import { suggestion } from './nearest.js';

/** The model graph as `wasmbuild schema` writes it: what SDL becomes. */
export interface CompiledSchema {
  /** The version of this form. */
  readonly granary: 1;
  /** 16 hexadecimal digits; equal graphs have equal fingerprints. */
  readonly fingerprint: string;
  readonly enums: readonly SchemaEnum[];
  readonly types: readonly SchemaType[];
  readonly models: readonly SchemaModel[];
}

/** A set of names. */
export interface SchemaEnum {
  readonly name: string;
  readonly values: readonly string[];
}

/** An object type that is stored inside a record. */
export interface SchemaType {
  readonly name: string;
  readonly fields: readonly SchemaField[];
}

/** One type that records are stored of. */
export interface SchemaModel {
  readonly name: string;
  readonly plural: string;
  readonly keyKind: 'managed' | 'custom';
  /** The fields of the primary key, hash key first. */
  readonly key: readonly string[];
  /** Present when the model was generated for a many-to-many relation. */
  readonly join?: boolean;
  /** The name that it had in earlier versions. */
  readonly renamedFrom?: string;
  /** Which way its records go when the store syncs; both when nothing is said. */
  readonly sync?: 'pull' | 'push' | 'off';
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly fields: readonly SchemaField[];
  readonly relations: readonly SchemaRelation[];
  readonly indexes: readonly SchemaIndex[];
}

/** One stored value of a record or of a custom type. */
export interface SchemaField {
  readonly name: string;
  /** A scalar, or the name of an enum or of a custom type. */
  readonly type: string;
  readonly required?: boolean;
  readonly list?: boolean;
  /** For a list: its elements may not be null. */
  readonly element?: boolean;
  readonly readOnly?: boolean;
  readonly default?: unknown;
  /** For a foreign key: the relation that it serves. */
  readonly relation?: string;
  /** The name that it had in earlier versions. */
  readonly renamedFrom?: string;
}

/** A connection: records whose `fields` equal the other's `targetFields`. */
export interface SchemaRelation {
  readonly name: string;
  readonly kind: 'hasOne' | 'hasMany' | 'belongsTo' | 'manyToMany';
  /** The target; for many-to-many the join model. */
  readonly model: string;
  readonly fields: readonly string[];
  readonly targetFields: readonly string[];
  readonly required?: boolean;
  readonly onDelete?: string;
  /** Many-to-many: the relation of the join model that leads to the far side. */
  readonly through?: string;
}

/** A declared secondary index. */
export interface SchemaIndex {
  readonly name: string;
  readonly fields: readonly string[];
}

/** A relation with its place in the model and its target resolved. */
export interface Relation {
  readonly name: string;
  readonly index: number;
  readonly kind: SchemaRelation['kind'];
  readonly many: boolean;
  readonly required: boolean;
  readonly fields: readonly string[];
  readonly targetFields: readonly string[];
  /** The model whose fields are `targetFields`; for many-to-many the join model. */
  readonly target: Model;
  /** Many-to-many: the join model's relation to the far side. */
  readonly through: Relation | undefined;
}

/** The model whose records a relation leads to. */
export const farOf = ({ through, target }: Pick<Relation, 'through' | 'target'>): Model => through?.target ?? target;

/** A model with its members by name. Maps, because any name may be a field's. */
export interface Model {
  readonly name: string;
  readonly index: number;
  readonly key: readonly string[];
  readonly definition: SchemaModel;
  readonly fields: ReadonlyMap<string, SchemaField>;
  readonly relations: Map<string, Relation>;
}

/** The graph of a compiled schema, ready to be looked things up in. */
export class Graph {
  readonly compiled: CompiledSchema;
  readonly models: ReadonlyMap<string, Model>;
  readonly enums: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(compiled: CompiledSchema) {
    this.compiled = compiled;
    this.enums = new Map(compiled.enums.map((e) => [e.name, new Set(e.values)]));
    this.models = new Map(compiled.models.map((definition, index) => {
      const { name, key } = definition;
      const fields = new Map(definition.fields.map((f) => [f.name, f]));
      return [name, { name, index, key, definition, fields, relations: new Map<string, Relation>() }];
    }));
    // Relations to a far side need others of the join model, which comes last: they
    // are connected once more when all there are have a place.
    for (const far of [false, true]) for (const model of this.models.values()) this.#connect(model, far);
  }

  #connect({ definition, relations }: Model, far: boolean): void {
    for (const [index, relation] of definition.relations.entries()) {
      const { name, kind, fields, targetFields, required = false } = relation;
      if (far && !relation.through) continue;
      const target = this.models.get(relation.model);
      const through = far ? target?.relations.get(relation.through!) : undefined;
      if (!target || (far && !through)) {
        throw invalid(`the compiled schema leads to ${relation.model}, which it does not hold`, 'open', definition, name);
      }
      const many = kind.endsWith('Many'); // hasMany, manyToMany
      relations.set(name, { name, index, kind, many, required, fields, targetFields, target, through });
    }
  }
}

/** The error for a member that a model does not have, with the nearest name. */
export function unknownMember(op: string, model: Model, name: string): GranaryError {
  const members = [...model.fields.keys(), ...model.relations.keys()];
  const message = `there is no field or relation ${name}${suggestion(name, members)}`;
  return invalid(message, op, model, name);
}
