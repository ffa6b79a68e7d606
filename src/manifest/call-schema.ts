import * as z from 'zod';

const maxExpectedSide = 16_384;

/** Parameters of a call. The names of a kind's parameters are put in for editors, see `json-schema.ts`. */
function paramsOf(kind: 'text' | 'image') {
  return z
    .looseObject({ model: z.string().describe('Model to ask.').optional() })
    .describe(
      `Parameters of the API for a call of ${kind === 'text' ? 'a text' : 'an image'} model, over the defaults.`,
    );
}

export const textParams = paramsOf('text').meta({ id: 'textParams' });
export const imageParams = paramsOf('image').meta({ id: 'imageParams' });

export const extra = z
  .record(z.string(), z.unknown())
  .meta({ id: 'extra' })
  .describe('Parameters that the API does not document, sent beside the others as they are.');

export const system = z
  .string()
  .describe(
    'System message, put before the other messages; over `defaults.text.system`. An empty text means none.',
  );

const images = z
  .array(z.string())
  .min(1)
  .max(16)
  .describe(
    'Pictures to look at: `https:` URLs, files below the job’s folder, or `{{ steps.<id>.image }}`. Put after the last user message.',
  );

/** What a text call's answer must be. */
export const outputSchema = z
  .strictObject({
    format: z.enum(['text', 'json']).describe('`json` when there is a schema, else `text`.').optional(),
    schema: z
      .union([z.string(), z.record(z.string(), z.unknown())])
      .describe(
        'JSON Schema that the answer is checked against: written out, or a file below the job’s folder.',
      )
      .optional(),
    repair: z
      .int()
      .min(0)
      .max(5)
      .describe(
        'Further calls that may mend an answer that does not fit, each with its own price; 0 when left out.',
      )
      .optional(),
  })
  .refine(({ format, schema }) => schema === undefined || format !== 'text', {
    error: 'a schema goes with `format: json`',
    path: ['schema'],
  })
  .refine(({ format, schema, repair = 0 }) => repair === 0 || format === 'json' || schema !== undefined, {
    error: '`repair` goes with `format: json` or a schema',
    path: ['repair'],
  })
  .meta({ id: 'output' })
  .describe('What the answer must be.');

/** What an image must be. */
export const expectSchema = z
  .strictObject({
    width: z.int().min(1).max(maxExpectedSide).describe('Width in pixels.').optional(),
    height: z.int().min(1).max(maxExpectedSide).describe('Height in pixels.').optional(),
    type: z.enum(['png', 'jpeg', 'webp', 'gif', 'svg']).describe('Format of the file.').optional(),
  })
  .refine((expected) => Object.keys(expected).length > 0, {
    error: 'say what the image must be, such as `width: 1024` or `type: png`',
  })
  .meta({ id: 'expect' })
  .describe('What the image must be; another one fails its item.');

const part = z.looseObject({ type: z.string().describe('`text`, `image_url`, …') });

const message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.union([z.string(), z.array(part).min(1)]).describe('Text, or a list of parts.'),
});

const messages = z
  .array(message)
  .min(1)
  .meta({ id: 'messages' })
  .describe('Chat for a text model, as the OpenAI API takes it.');

/** What goes with every call of a text model. */
export const textKeys = {
  system: system.optional(),
  images: images.optional(),
  params: textParams.optional(),
  extra: extra.optional(),
  output: outputSchema.optional(),
};

/** What goes with every call of an image model. */
export const imageKeys = {
  params: imageParams.optional(),
  extra: extra.optional(),
  expect: expectSchema.optional(),
};

/** The keys that say what a call is. */
export const callForms = {
  text: z.string().describe('Prompt for a text model, sent as one user message.'),
  messages,
  image: z.string().describe('Prompt for an image model.'),
};
