import * as z from 'zod';

import type { Select } from './job.ts';

const row = z.int().min(1);
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const rangeRule = 'a range is first and last row, from 1: "1-100" or [1, 100]';

/** The key `select`: which rows of a source become items. */
export const selectSchema = z
  .strictObject({
    rows: z
      .union([
        z.string().refine((text) => readRange(text) !== undefined, rangeRule),
        z.array(row).refine(([from = 2, to = 1, ...rest]) => from <= to && rest.length === 0, rangeRule),
      ])
      .describe('First and last row, counted from 1: `"1-100"` or `[1, 100]`.')
      .optional(),
    where: z
      .record(z.string(), scalar)
      .refine(
        (columns) => Object.keys(columns).length > 0,
        'name a column and its value, such as `picture: missing`',
      )
      .describe('Values that columns must have.')
      .optional(),
    first: z.int().min(1).describe('Only so many, from the first on.').optional(),
    sample: z.int().min(1).describe('Only so many, drawn by chance, the same each time.').optional(),
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .describe('Draws another sample; 0 when left out.')
      .optional(),
  })
  .refine(({ first, sample }) => first === undefined || sample === undefined, {
    error: '`first` does not go with `sample`',
    path: ['sample'],
  })
  .refine(({ seed, sample }) => seed === undefined || sample !== undefined, {
    error: '`seed` goes with `sample`',
    path: ['seed'],
  })
  .meta({ id: 'select' })
  .describe('Which rows become items: the range, of these the equal ones, of these the first or a sample.');

/** Reads a selection that is known to be well formed. */
export function buildSelect({ rows, where, first, sample, seed }: z.infer<typeof selectSchema>): Select {
  const range = typeof rows === 'string' ? readRange(rows) : rows;
  return {
    ...(range === undefined ? {} : { rows: [range[0] ?? 1, range[1] ?? 1] }),
    ...(where === undefined ? {} : { where }),
    ...(first === undefined ? {} : { first }),
    ...(sample === undefined ? {} : { sample: { count: sample, seed: seed ?? 0 } }),
  };
}

function readRange(text: string): readonly [number, number] | undefined {
  const match = /^\s*(\d{1,9})\s*-\s*(\d{1,9})\s*$/.exec(text);
  const [from, to] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  return from >= 1 && from <= to ? [from, to] : undefined;
}
