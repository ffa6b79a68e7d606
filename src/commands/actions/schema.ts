import { jobJsonSchema } from '../../manifest/json-schema.ts';
import { noticeJsonSchema } from '../../notices/body.ts';
import { paramNames } from '../../pollinations/params.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Outcome } from './outcome.ts';

/**
 * `schema`
 *
 * @param isOfNotices - that of notices in place of that of job files
 */
export function schemaAction(isOfNotices: boolean): Outcome {
  const text = isOfNotices ? noticeJsonSchema() : jobJsonSchema(paramNames);
  return { text: text.trimEnd(), exitCode: exitCodes.succeeded };
}
