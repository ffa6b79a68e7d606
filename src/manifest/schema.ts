import * as z from 'zod';

import { extra, imageParams, system, textParams } from './call-schema.ts';
import { isDeviceName } from './item-id.ts';
import { editorItem } from './item-schema.ts';
import { matrixSchema } from './matrix-schema.ts';
import { budgetSchema } from './budget-schema.ts';
import { canarySchema, deadlineSchema, failFastSchema } from './gate-schema.ts';
import { notifySchema } from './notify-schema.ts';
import { scheduleSchema } from './schedule-schema.ts';

/** A job's name becomes a part of storage keys and workflow ids. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

const maxLabels = 10;
const maxConcurrency = 10_000;

/** What a name must be, for people. */
export const nameRule =
  'up to 63 of A-Z a-z 0-9 . _ - and starts with a letter or digit, and is no device of Windows';

/** Whether a job can be named so. */
export function isName(name: string): boolean {
  return namePattern.test(name) && !isDeviceName(name);
}

const labels = z
  .record(
    z.string().regex(namePattern, 'the name of a label has up to 63 of A-Z a-z 0-9 . _ -'),
    z.string().regex(/^\P{Cc}{1,100}$/u, 'a label is a line of up to 100 characters'),
  )
  .refine((written) => Object.keys(written).length <= maxLabels, `a job has up to ${maxLabels} labels`)
  .meta({ maxProperties: maxLabels })
  .describe('What to find the runs of the job by: short texts by name.');

const head = {
  version: z.literal(1).describe('Version of the job language.'),
  name: z
    .string()
    .refine(isName, `a name has ${nameRule}`)
    .meta({ pattern: namePattern.source })
    .describe("Name of the job; the file's name when left out.")
    .optional(),
  description: z.string().describe('What the job is for.').optional(),
  labels: labels.optional(),
  vars: z
    .record(z.string(), z.unknown())
    .describe('Values for templates, by name: `{{ vars.brand }}`, or `{{ brand }}` for short.')
    .optional(),
  defaults: z
    .strictObject({
      text: textParams
        .extend({ system: system.optional(), extra: extra.optional() })
        .meta({ id: 'textDefaults' })
        .describe('Parameters of every text call.')
        .optional(),
      image: imageParams
        .extend({ extra: extra.optional() })
        .meta({ id: 'imageDefaults' })
        .describe('Parameters of every image call.')
        .optional(),
    })
    .describe('What every call of a kind has unless it says otherwise.')
    .optional(),
  limits: z
    .strictObject({
      concurrency: z.int().min(1).max(maxConcurrency).describe('Calls in flight at once.').optional(),
    })
    .describe('What a run keeps to.')
    .optional(),
  budget: budgetSchema.optional(),
  spend: z
    .enum(['any', 'free-only'])
    .describe('`free-only` refuses every model that costs something; `any` when left out.')
    .optional(),
  canary: canarySchema.optional(),
  deadline: deadlineSchema.optional(),
  failFast: failFastSchema.optional(),
  priority: z
    .enum(['low', 'normal', 'high', 'urgent'])
    .describe('Share of the rate beside other runs; `normal` when left out.')
    .optional(),
  schedule: scheduleSchema.optional(),
  notify: notifySchema.optional(),
  reuse: z
    .boolean()
    .describe('Take over what the last runs of the job have got for the same requests, at no cost.')
    .optional(),
  allowUnpriced: z.boolean().describe('Also make calls whose price nobody knows.').optional(),
  seed: z
    .enum(['stable', 'fresh'])
    .describe('Seeds of items that say nothing themselves: the same in each run, or new ones.')
    .optional(),
  matrix: matrixSchema.optional(),
};

const itemsDescription = 'What to generate, in this order.';

/** The file without a look into its items: each is checked on its own, by its form, for messages that name the one thing wrong. */
export const fileSchema = z.strictObject({
  ...head,
  items: z.array(z.unknown()).min(1).describe(itemsDescription),
});

/** A job file as it is written, known to be well formed but for its items. */
export type WrittenFile = z.infer<typeof fileSchema>;

/** The whole file, for editors. */
export const editorSchema = z.strictObject({
  ...head,
  items: z.array(editorItem).min(1).describe(itemsDescription),
});
