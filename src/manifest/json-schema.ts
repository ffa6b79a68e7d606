import * as z from 'zod';

import type { ItemKind } from './job.ts';
import { editorSchema } from './schema.ts';

/** Definitions that hold the parameters of a kind. */
const paramDefinitions: Readonly<Record<ItemKind, readonly string[]>> = {
  text: ['textParams', 'textDefaults'],
  image: ['imageParams', 'imageDefaults'],
};

/**
 * The job file's JSON Schema (draft 7, the one editors know), as the text of `jobs/job.schema.json`.
 *
 * @param params - names of every parameter of a kind, for editors to complete
 */
export function jobJsonSchema(params: Readonly<Record<ItemKind, readonly string[]>>): string {
  const schema = z.toJSONSchema(editorSchema, { target: 'draft-7', io: 'input' });
  for (const kind of ['text', 'image'] as const) {
    for (const name of paramDefinitions[kind]) {
      const definition = (schema.definitions as Readonly<Record<string, unknown>> | undefined)?.[name];
      if (typeof definition !== 'object' || definition === null) continue;
      const editable = definition as { properties?: object; additionalProperties?: unknown };
      const known = Object.fromEntries(params[kind].map((param) => [param, {}]));
      editable.properties = { ...known, ...editable.properties };
      editable.additionalProperties = false;
    }
  }
  return `${JSON.stringify({ title: 'A pollen-batch job', ...schema }, null, 2)}\n`;
}
