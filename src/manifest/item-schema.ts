import * as z from 'zod';

import { callForms, imageKeys, textKeys } from './call-schema.ts';
import { matrixSchema } from './matrix-schema.ts';
import { selectSchema } from './select.ts';

/** Most samples of a row. */
const maxSamples = 1_000;

/** Most calls that a step may make for the elements of a list. */
const maxEach = 100;

/** Most steps of an item. */
export const maxSteps = 50;

/** Most calls that one item may come to, lists and repairs counted in full; a page of the plan holds them all. */
export const maxItemCalls = 248;

/** The widest range that every model of the API takes. */
const seedNumber = z.int().min(0).max(2_147_483_647);

const seed = z
  .union([seedNumber, z.array(seedNumber).min(1).max(maxSamples), z.enum(['stable', 'fresh'])])
  .meta({ id: 'seed' })
  .describe(
    'Seed: a number, a list with one for each sample, `stable` (from the job’s name and the item, the default) or `fresh` (a new one each run).',
  );

/** What goes with every form of an item. */
const itemKeys = {
  id: z
    .string()
    .describe(
      'Name of the item, unique in the job whatever its case; its number when left out. May be a template.',
    )
    .optional(),
  matrix: matrixSchema.optional(),
  from: z
    .string()
    .describe(
      'Where rows come from, one item each: a CSV, JSONL, JSON, YAML or text file below the job’s folder, a glob of text files, or s3://bucket/key. Columns are `row.*`.',
    )
    .optional(),
  format: z
    .enum(['csv', 'jsonl', 'json', 'yaml', 'text'])
    .describe('Format of `from`; by its extension when left out.')
    .optional(),
  select: selectSchema.optional(),
  samples: z
    .int()
    .min(1)
    .max(maxSamples)
    .describe('Items for each row, each with a seed of its own; 1 when left out.')
    .optional(),
  seed: seed.optional(),
};

/** Words that end the names of what an item stores, beside the ids of its steps. */
const storedNames = ['record', 'step', 'attempts', 'request'];

/** Any other text, whatever the case: a pattern of JSON Schema has no flag for that. */
const noStoredName = new RegExp(
  `^(?!(?:${storedNames.map((name) => name.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`)).join('|')})$)`,
);

const stepKeys = {
  id: z
    .string()
    .regex(
      /^[A-Za-z][A-Za-z0-9_]{0,39}$/,
      'the id of a step has up to 40 of A-Z a-z 0-9 _ and starts with a letter',
    )
    .regex(noStoredName, 'it names an object that every item stores; choose another')
    .describe('Name that later steps know it by, as in `{{ steps.<id>.text }}`.'),
  seed: seedNumber.describe('Seed of this step; derived when left out.').optional(),
  needs: z
    .union([z.string(), z.array(z.string()).min(1)])
    .describe('Steps that come before this one, beside those that its templates name.')
    .optional(),
  forEach: z
    .union([
      z.string(),
      z.strictObject({
        list: z.string().describe('List that an earlier step returned: `steps.<id>.json.topics`.'),
        max: z
          .int()
          .min(1)
          .max(maxEach)
          .describe('Most calls; 20 when left out. They count in the price.')
          .optional(),
      }),
    ])
    .describe(
      'One call for each element of a list that an earlier step returned; it is `each`, its position `index`.',
    )
    .optional(),
};

/** Every way to write a step, by the key that tells it. */
export const stepSchemas = {
  text: z.strictObject({ ...stepKeys, text: callForms.text, ...textKeys }),
  messages: z.strictObject({ ...stepKeys, messages: callForms.messages, ...textKeys }),
  image: z.strictObject({ ...stepKeys, image: callForms.image, ...imageKeys }),
} as const;

const stepsDescription = 'Several calls, of which later ones may use what earlier ones returned.';

/** Every way to write an item, by the key that tells it; steps are checked each on its own. */
export const itemSchemas = {
  text: z.strictObject({ ...itemKeys, text: callForms.text, ...textKeys }),
  messages: z.strictObject({ ...itemKeys, messages: callForms.messages, ...textKeys }),
  image: z.strictObject({ ...itemKeys, image: callForms.image, ...imageKeys }),
  prompts: z.strictObject({
    ...itemKeys,
    prompts: z.array(z.string()).min(1).describe('Shorthand: one item for each prompt.'),
    kind: z.enum(['text', 'image']).describe('What the prompts are for; `text` when left out.').optional(),
    ...textKeys,
    expect: imageKeys.expect,
  }),
  steps: z.strictObject({
    ...itemKeys,
    steps: z
      .array(z.unknown())
      .min(1)
      .max(maxSteps, `an item has up to ${maxSteps} steps`)
      .describe(stepsDescription),
  }),
} as const;

/** The key that tells how an item is written. */
export type ItemForm = keyof typeof itemSchemas;

/** The key that tells how a step is written. */
export type StepForm = keyof typeof stepSchemas;

/** An item as its author wrote it, known to be well formed but for its steps. */
export type WrittenItem = z.infer<(typeof itemSchemas)[ItemForm]>;

/** A step as its author wrote it, known to be well formed. */
export type WrittenStep = z.infer<(typeof stepSchemas)[StepForm]>;

/** For items whose form is missing or ambiguous: all keys of all forms. */
export const anyItemSchema = z
  .strictObject({
    ...itemSchemas.text.shape,
    ...itemSchemas.messages.shape,
    ...itemSchemas.image.shape,
    ...itemSchemas.prompts.shape,
    ...itemSchemas.steps.shape,
  })
  .partial();

/** The same for steps. */
export const anyStepSchema = z
  .strictObject({ ...stepSchemas.text.shape, ...stepSchemas.messages.shape, ...stepSchemas.image.shape })
  .partial();

/** An item with its steps, for editors. */
export const editorItem = z.union([
  itemSchemas.text.meta({ title: 'A text' }),
  itemSchemas.messages.meta({ title: 'A chat' }),
  itemSchemas.image.meta({ title: 'An image' }),
  itemSchemas.prompts.meta({ title: 'Several prompts' }),
  itemSchemas.steps
    .extend({
      steps: z
        .array(z.union([stepSchemas.text, stepSchemas.messages, stepSchemas.image]))
        .min(1)
        .max(maxSteps)
        .describe(stepsDescription),
    })
    .meta({ title: 'Steps' }),
]);
