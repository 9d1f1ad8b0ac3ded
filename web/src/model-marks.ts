// What an interface cannot say about a model by itself. Generated interfaces carry
// it as a type; nothing here exists at run time.

declare const MARKS: unique symbol;

/** What is known of a model beside the types of its members. Names are string literals, several as a union. */
export interface Marks {
  /** The model. Records of two models differ in type even when their fields are the same. */
  readonly name: string;
  /** The fields of the key, in order. */
  readonly key: readonly string[];
  /** Members that only the store sets. */
  readonly readOnly?: string;
  /** Fields that are never null and yet may be left out of a new record: a managed id, those with a default. */
  readonly optional?: string;
  /** Relations that are kept in the key, which an edited copy leaves as they are. */
  readonly fixed?: string;
  /** To-one relations that always lead to a record. */
  readonly required?: string;
  /** To-one relations of which a new record needs the record or the foreign key: by relation, the fields of its key. */
  readonly either?: object;
}

/**
 * What generated interfaces extend: `interface Post extends ModelType<{ name: 'Post'; key: ['id']; optional: 'id' }>`.
 * Interfaces that are written by hand do without; their types say a little less.
 */
export interface ModelType<M extends Marks> {
  readonly [MARKS]?: M;
}

/** Whether an interface carries marks. */
export type IsMarked<T> = typeof MARKS extends keyof T ? true : false;

/** The fields of a model's key; never when it has no marks. */
export type KeyMember<T> = ElementOf<Mark<T, 'key'>>;

type ElementOf<L> = L extends readonly (infer E)[] ? E : never;

/** One of the marks of a model; never when it has none. */
export type Mark<T, N extends keyof Marks> = typeof MARKS extends keyof T
  ? NonNullable<T[typeof MARKS]> extends { readonly [P in N]: infer V } ? V : never
  : never;

/** The names of the members of a record. */
export type Member<T> = Extract<keyof T, string>;
