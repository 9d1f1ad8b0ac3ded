import { Finished } from './condition.js';
import { invalid } from './errors.js';
import { whyNotJSON } from './json.js';
import { suggestion } from './nearest.js';
import type { Model } from './schema.js';

/** What an operator takes. */
type Operands = 'one' | 'two' | 'array';

const OPERATORS: ReadonlyMap<string, Operands> = new Map([
  ['eq', 'one'],
  ['ne', 'one'],
  ['gt', 'one'],
  ['ge', 'one'],
  ['lt', 'one'],
  ['le', 'one'],
  ['between', 'two'],
  ['contains', 'one'],
  ['notContains', 'one'],
  ['beginsWith', 'one'],
  ['in', 'array'],
  ['notIn', 'array'],
]);

/** The operators of a field; a name that is none throws. `wrap` puts the comparison beneath the relations that lead here. */
export function operatorsOf(model: Model, field: string, wrap: (comparison: Finished) => Finished): object {
  const refuse = (message: string) => invalid(message, '', model, field);
  return new Proxy(Object.create(null) as object, {
    get(_, op) {
      if (typeof op === 'symbol' || op === 'then') return undefined;
      const operands = OPERATORS.get(op);
      if (!operands) throw refuse(`there is no operator ${op}${suggestion(op, OPERATORS.keys())}`);
      return (...args: unknown[]) => wrap(new Finished({ field, op, value: operand(op, operands, args, refuse) }));
    },
  });
}

function operand(op: string, operands: Operands, args: readonly unknown[], refuse: (message: string) => Error): unknown {
  const values = operands === 'array' ? args[0] : args;
  if (!Array.isArray(values)) throw refuse(`${op} takes one array of values`);
  if (operands === 'two' && values.length !== 2) throw refuse('between takes the low and the high end');
  if (operands === 'one' && values.length > 1) throw refuse(`${op} takes one value, got ${values.length}`);
  if (operands === 'one' && values.length === 0) values.push(undefined);
  for (const value of values) {
    if (value === undefined) throw refuse(`${op} was given undefined; null stands for no value`);
    const why = whyNotJSON(value);
    if (why) throw refuse(`the value of ${op} ${why}`);
  }
  return operands === 'one' ? values[0] : values;
}
