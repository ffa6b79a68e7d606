import * as z from 'zod';

import { PollenBatchError } from '../errors.ts';
import type { PriceSnapshot } from '../pollen/prices.ts';
import { USAGE_TYPES } from '../pollen/usage.ts';

const rate = z
  .string()
  .regex(/^\d+(\.\d+)?(e-?\d+)?$/i, 'a price is a quoted decimal number, such as "2.5e-7"');
const models = z.record(z.string(), z.partialRecord(z.enum(USAGE_TYPES), rate));
const schema = z.strictObject({ text: models.optional(), image: models.optional() });

const remedy = 'Write it as {"text": {"openai": {"promptTextTokens": "2.5e-7"}}, "image": {"flux": {}}}.';

/**
 * Reads a file of prices: `{"text": {"openai": {"promptTextTokens": "2.5e-7"}}, "image": {"flux": {}}}`, in Pollen per
 * unit. A model without rates is free.
 *
 * @throws PollenBatchError `config-invalid` naming what is wrong
 */
export function parsePriceFile(text: string, file: string): PriceSnapshot {
  const parsed = schema.safeParse(parseJson(text, file));
  if (!parsed.success) {
    throw new PollenBatchError('config-invalid', `the price file ${file} is wrong`, {
      details: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
      remedy,
    });
  }
  return (['text', 'image'] as const).flatMap((kind) =>
    Object.entries(parsed.data[kind] ?? {}).map(([model, rates]) => ({
      model,
      kind,
      aliases: [],
      rates: compact(rates),
    })),
  );
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PollenBatchError('config-invalid', `the price file ${file} is not JSON`, {
      remedy,
      cause: error,
    });
  }
}

function compact(rates: Readonly<Partial<Record<string, string | undefined>>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(rates).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
