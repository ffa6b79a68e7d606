import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { editorSchema } from './schema.ts';

/** The job file's JSON Schema (draft 7, the one editors know), as the text of `jobs/job.schema.json`. */
export function jobJsonSchema(): string {
  const schema = z.toJSONSchema(editorSchema, { target: 'draft-7', io: 'input' });
  return `${JSON.stringify({ title: 'A pollen-batch job', ...schema }, null, 2)}\n`;
}

// Run directly (`npx tsx src/manifest/json-schema.ts`), it refreshes the checked-in file.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../../jobs/job.schema.json', import.meta.url), jobJsonSchema());
}
