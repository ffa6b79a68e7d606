import { forbiddenNames } from '../../manifest/forbidden-names.ts';
import type { Values } from '../../manifest/job.ts';
import { quoted } from '../../manifest/printable.ts';
import type { ProblemCode } from '../../manifest/problem-codes.ts';

/** Deepest nesting of a row's values; the steps after this one recurse. */
const MAX_DEPTH = 32;

const surrogate = /\p{Surrogate}/u;

type Fault = { readonly code: ProblemCode; readonly message: string };

/** Says why a value that was read as JSON is no row; `undefined` when it is one. */
export function rowFault(value: unknown): Fault | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { code: 'data-invalid', message: 'a row is a map, such as {"name": "lamp"}' };
  }
  return valueFault(value, 0);
}

/** A row that `rowFault` has nothing against. */
export function asRow(value: unknown): Values {
  return value as Values;
}

function valueFault(value: unknown, depth: number): Fault | undefined {
  if (typeof value === 'string') {
    return surrogate.test(value)
      ? { code: 'text-ill-formed', message: 'half of a surrogate pair is not a character and cannot be sent' }
      : undefined;
  }
  if (typeof value === 'number') return numberFault(value);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === MAX_DEPTH) return { code: 'data-invalid', message: `values nest deeper than ${MAX_DEPTH}` };
  for (const [key, nested] of Object.entries(value)) {
    if (forbiddenNames.has(key)) {
      return { code: 'key-forbidden', message: `the name ${quoted(key)} is not allowed` };
    }
    const fault = valueFault(nested, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function numberFault(value: number): Fault | undefined {
  if (!Number.isFinite(value)) {
    return { code: 'number-not-finite', message: 'a number is too large to be one' };
  }
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return undefined;
  return {
    code: 'number-inexact',
    message: `a number loses digits (${value}); put it in quotes, as whole numbers go to 9007199254740991`,
  };
}
