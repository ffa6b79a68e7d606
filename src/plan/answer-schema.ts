import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

import type { Values } from '../manifest/job.ts';

/** Says what is wrong with a value in a few clauses; none when it fits. */
export type SchemaCheck = (value: unknown, options?: { readonly all: boolean }) => readonly string[];

/** Problems that are told: a model that is to mend its answer needs the first ones, and people too. */
const TOLD = 5;

/**
 * Makes the check of a JSON Schema: draft 2020-12, or 7 where `$schema` says so. `format` is a note and is not checked,
 * as the standard has it; a `$ref` leads nowhere but into the schema itself.
 *
 * @throws Error saying what is wrong with the schema
 */
export function compileSchema(schema: Values): SchemaCheck {
  const first = compile(schema, false);
  let all: ValidateFunction | undefined;
  return (value, options) => {
    if (first(value)) return [];
    const check = options?.all === false ? first : (all ??= compile(schema, true));
    check(value);
    return (check.errors ?? []).slice(0, TOLD).map(inWords);
  };
}

/**
 * Whether a check may take far longer than its value is long: a pattern can search in circles, `uniqueItems` compares all
 * with all, and a schema that leads back into itself can double its work at every level. A name counts wherever it stands.
 */
export function isCostly(schema: Values): boolean {
  return /"(?:pattern|patternProperties|uniqueItems|\$\w*[rR]ef)":/.test(JSON.stringify(schema));
}

function compile(schema: Values, allErrors: boolean): ValidateFunction {
  const Draft = /draft-0[67]/.test(JSON.stringify(schema['$schema'] ?? '')) ? Ajv : Ajv2020;
  const ajv = new Draft({ strict: false, validateFormats: false, allErrors, logger: false });
  return ajv.compile(schema);
}

function inWords({ instancePath, message = 'does not fit', params }: ErrorObject): string {
  const where = instancePath === '' ? 'the answer' : instancePath;
  const named: unknown = params['additionalProperty'] ?? params['allowedValues'];
  return `${where} ${message}${named === undefined ? '' : ` (${JSON.stringify(named)})`}`.slice(0, 300);
}
