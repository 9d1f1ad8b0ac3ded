import { Finished } from './condition.js';
import { invalid } from './errors.js';
import { whyNotJSON } from './json.js';
import { suggestion } from './nearest.js';
import type { Model } from './schema.js';

/** All take one value, but `between` the low and the high end, and `in` and `notIn` an array. */
const OPERATORS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'between', 'contains', 'notContains', 'beginsWith', 'in', 'notIn'];

/** The operators of a field; a name that is none throws. `wrap` puts the comparison beneath the relations that lead here. */
export function operatorsOf(model: Model, field: string, wrap: (comparison: Finished) => Finished): object {
  const refuse = (message: string) => invalid(message, '', model, field);
  return new Proxy(Object.create(null) as object, {
    get(_, op) {
      if (typeof op === 'symbol' || op === 'then') return undefined;
      if (!OPERATORS.includes(op)) throw refuse(`there is no operator ${op}${suggestion(op, OPERATORS)}`);
      return (...args: unknown[]) => wrap(new Finished({ field, op, value: operand(op, args, refuse) }));
    },
  });
}

function operand(op: string, args: readonly unknown[], refuse: (message: string) => Error): unknown {
  const takesArray = op === 'in' || op === 'notIn';
  const takesOne = !takesArray && op !== 'between';
  const values = takesArray ? args[0] : takesOne ? [args[0]] : args;
  if (!Array.isArray(values)) throw refuse(`${op} takes one array of values`);
  if (op === 'between' && args.length !== 2) throw refuse('between takes the low and the high end');
  if (takesOne && args.length > 1) throw refuse(`${op} takes one value, got ${args.length}`);
  for (const value of values as unknown[]) {
    if (value === undefined) throw refuse(`${op} was given undefined; null stands for no value`);
    const why = whyNotJSON(value);
    if (why) throw refuse(`the value of ${op} ${why}`);
  }
  return takesOne ? values[0] : values;
}
