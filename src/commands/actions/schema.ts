import { jobJsonSchema } from '../../manifest/json-schema.ts';
import { paramNames } from '../../pollinations/params.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Outcome } from './outcome.ts';

/** `schema` */
export function schemaAction(): Outcome {
  return { text: jobJsonSchema(paramNames).trimEnd(), exitCode: exitCodes.succeeded };
}
