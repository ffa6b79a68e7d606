import { z } from 'zod';
import { scheduleSchema } from './schedule-schema.ts';

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** A job's name becomes a part of storage keys and workflow ids. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

const maxLabels = 10;

/** What a name must be, for people. */
export const nameRule = 'up to 63 of A-Z a-z 0-9 . _ - and starts with a letter or digit';

const id = z
  .string()
  .regex(idPattern, 'an id has up to 100 of A-Z a-z 0-9 . _ - and starts with a letter or digit')
  .describe('Name of the item, unique in the job whatever its case. Its number when left out.');

const params = z
  .looseObject({ model: z.string().describe('Model to ask.').optional() })
  .describe('Parameters of the API for this call, over the defaults of its kind.');

const system = z
  .string()
  .describe(
    'System message, put before the other messages; over `defaults.text.system`. An empty text means none.',
  );

const part = z.looseObject({ type: z.string().describe('`text`, `image_url`, …') });

const message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.union([z.string(), z.array(part).min(1)]).describe('Text, or a list of parts.'),
});

/** Every way to write an item, by the key that tells it. */
export const itemSchemas = {
  text: z.strictObject({
    id: id.optional(),
    text: z.string().describe('Prompt for a text model, sent as one user message.'),
    system: system.optional(),
    params: params.optional(),
  }),
  messages: z.strictObject({
    id: id.optional(),
    messages: z.array(message).min(1).describe('Chat for a text model, as the OpenAI API takes it.'),
    system: system.optional(),
    params: params.optional(),
  }),
  image: z.strictObject({
    id: id.optional(),
    image: z.string().describe('Prompt for an image model.'),
    params: params.optional(),
  }),
  prompts: z.strictObject({
    prompts: z.array(z.string()).min(1).describe('Shorthand: one item for each prompt.'),
    kind: z.enum(['text', 'image']).describe('What the prompts are for; `text` when left out.').optional(),
    system: system.optional(),
    params: params.optional(),
  }),
} as const;

/** The key that tells how an item is written. */
export type ItemForm = keyof typeof itemSchemas;

/** An item as its author wrote it, known to be well formed. */
export type WrittenItem = z.infer<(typeof itemSchemas)[ItemForm]>;

/** Every form. */
export const itemForms = Object.keys(itemSchemas) as readonly ItemForm[];

/** For items whose form is missing or ambiguous: all keys of all forms. */
export const anyItemSchema = z
  .strictObject({
    ...itemSchemas.text.shape,
    ...itemSchemas.messages.shape,
    ...itemSchemas.image.shape,
    ...itemSchemas.prompts.shape,
  })
  .partial();

const labels = z
  .record(
    z.string().regex(namePattern, `the name of a label has ${nameRule}`),
    z.string().regex(/^\P{Cc}{1,100}$/u, 'a label is a line of up to 100 characters'),
  )
  .refine((written) => Object.keys(written).length <= maxLabels, `a job has up to ${maxLabels} labels`)
  .meta({ maxProperties: maxLabels })
  .describe('What to find the runs of the job by: short texts by name.');

const head = {
  version: z.literal(1).describe('Version of the job language.'),
  name: z
    .string()
    .regex(namePattern, `a name has ${nameRule}`)
    .describe("Name of the job; the file's name when left out.")
    .optional(),
  description: z.string().describe('What the job is for.').optional(),
  labels: labels.optional(),
  defaults: z
    .strictObject({
      text: params
        .extend({ system: system.optional() })
        .describe('Parameters of every text call.')
        .optional(),
      image: params.describe('Parameters of every image call.').optional(),
    })
    .describe('What every item of a kind has unless it says otherwise.')
    .optional(),
  schedule: scheduleSchema.optional(),
};

const itemsDescription = 'What to generate, in this order.';

/** The file without a look into its items: each is checked on its own, by its form, for messages that name the one thing wrong. */
export const fileSchema = z.strictObject({
  ...head,
  items: z.array(z.unknown()).min(1).describe(itemsDescription),
});

/** The defaults of a job file. */
export type WrittenDefaults = z.infer<typeof fileSchema>['defaults'];

/** The whole file, for editors. */
export const editorSchema = z.strictObject({
  ...head,
  items: z
    .array(z.union([itemSchemas.text, itemSchemas.messages, itemSchemas.image, itemSchemas.prompts]))
    .min(1)
    .describe(itemsDescription),
});
