import { jobJsonSchema } from '../../manifest/json-schema.ts';
import { noticeJsonSchema } from '../../notices/body.ts';
import { paramNames } from '../../pollinations/params.ts';
import { reportJsonSchema } from '../../report/report-schema.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Outcome } from './outcome.ts';

/** What a schema is asked of; of job files where it is of neither. */
export interface SchemaFlags {
  readonly notice?: boolean;
  readonly report?: boolean;
}

/** `schema` */
export function schemaAction({ notice = false, report = false }: SchemaFlags): Outcome {
  const text = notice ? noticeJsonSchema() : report ? reportJsonSchema() : jobJsonSchema(paramNames);
  return { text: text.trimEnd(), exitCode: exitCodes.succeeded };
}
