import { isObject } from './checks.js';
import { EVERYTHING, Finished, type PredicateJSON, type Quantifier } from './condition.js';
import { invalid } from './errors.js';
import { operatorsOf } from './operators.js';
import { farOf, unknownMember, type Model, type Relation } from './schema.js';

/** The step of a path to related records, of whom some must match. */
type Path = readonly string[];

/**
 * Where names are looked up. Behind a many-to-many relation stand the join's
 * records: the join's relations are found by name, and every other name is one of
 * the far side, a step further.
 */
type Scope = Pick<Relation, 'target' | 'through'>;

const GROUPS = ['and', 'or', 'not'];
const ON_RELATION = [...GROUPS, 'some', 'every', 'none'];

/** The paths behind the proxies that were handed out, so that a returned one is recognised. */
const pathOf = new WeakMap<object, Path>();

/** Runs a predicate of the caller and gives what it says as data. A finished condition is taken as it is. */
export function predicateJSON(op: string, model: Model, predicate: unknown): PredicateJSON {
  if (predicate instanceof Finished) return Finished.json(predicate);
  if (typeof predicate !== 'function') {
    throw invalid('a condition must be a function such as p => p.id.eq(id), or Predicates.ALL', op, model);
  }
  const scope = { target: model, through: undefined };
  return Finished.json(finished(scope, (predicate as Callback)(fieldsOf(scope, []))));
}

type Callback = (fields: object) => unknown;

/** A proxy whose members are those of a scope, reached from the start of the predicate by a path. */
function fieldsOf(scope: Scope, path: Path): object {
  const groups = path.length > 0 ? ON_RELATION : GROUPS;
  const proxy = new Proxy(Object.create(null) as object, {
    get(_, name) {
      if (typeof name === 'symbol') return undefined;
      const member = memberOf(scope, path, name);
      const group = groups.includes(name) ? groupOf(scope, path, name) : undefined;
      if (group) return member ? both(group, member) : group;
      if (member || name === 'then') return member;
      throw unknownMember('', farOf(scope), name);
    },
  });
  pathOf.set(proxy, path);
  return proxy;
}

/** The field or relation of that name, or undefined. */
function memberOf({ target, through }: Scope, path: Path, name: string): object | undefined {
  const relation = target.relations.get(name);
  if (relation) return fieldsOf(relation, [...path, name]);
  const far = through && memberOf(through, [...path, through.name], name);
  if (far || !target.fields.has(name)) return far;
  return operatorsOf(target, name, (comparison) => along(path, comparison));
}

/** and, or, not; on a relation also some, every, none. Their callbacks start anew at the related record. */
function groupOf(scope: Scope, path: Path, name: string): (callback: Callback) => Finished {
  return (callback: Callback) => {
    if (typeof callback !== 'function') {
      throw invalid(`${name} takes a function, such as ${name}(p => …)`, '', scope.target);
    }
    const returned = callback(fieldsOf(scope, []));
    if (name === 'and' || name === 'or') {
      if (Array.isArray(returned)) return along(path, Finished.group(name, returned.map((one) => finished(scope, one))));
      throw invalid(`the function given to ${name} must return an array of conditions`, '', scope.target);
    }
    const inner = finished(scope, returned);
    if (name === 'not') return along(path, Finished.not(inner));
    return along(path.slice(0, -1), Finished.related(path.at(-1)!, name as Quantifier, inner));
  };
}

/** Puts a condition beneath the relations of a path, of whose records some must satisfy it. */
function along(path: Path, condition: Finished): Finished {
  return path.reduceRight((inner, relation) => Finished.related(relation, 'some', inner), condition);
}

/** What a callback returned, as a condition. The fields themselves stand for every record. */
function finished(scope: Scope, returned: unknown): Finished {
  if (returned instanceof Finished) return returned;
  const path = isObject(returned) ? pathOf.get(returned) : undefined;
  if (path?.length === 0) return EVERYTHING;
  throw invalid(why(returned, path), '', scope.target);
}

function why(returned: unknown, path: Path | undefined): string {
  if (path) {
    return `the predicate ends at the relation ${path.at(-1)}; compare one of its fields, or ask for some(r => …)`;
  }
  if (returned === undefined) return 'the predicate returned nothing; return the condition, as in p => p.id.eq(id)';
  if (returned instanceof Promise) return 'a predicate must not be async; look up what it needs beforehand';
  return 'a predicate must return one condition, such as p.id.eq(id); join several with p.and(p => […])';
}

/** A group that is also a member, for schemas that have fields of such names. */
function both(group: object, member: object): object {
  return new Proxy(group, { get: (_, name) => Reflect.get(member, name) as unknown });
}
