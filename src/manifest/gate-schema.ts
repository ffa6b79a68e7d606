import * as z from 'zod';

import { durationRule, parseDuration } from './duration.ts';
import type { Canary, FailFast } from './job.ts';

const maxCanaryItems = 1_000_000;
const maxWindow = 1_000;
const usualWindow = 20;
/** Seconds; what dates can say is longer, and no run is. */
const longest = 3_650 * 86_400;

const items = z.int().min(1).max(maxCanaryItems).describe('How many of the first items are made alone.');

/** A canary in its long form. */
export const canaryMap = z.strictObject({
  items,
  approve: z
    .enum(['auto', 'manual'])
    .describe('Who lets the rest go on: the rule (`auto`, the default), or always a person.')
    .optional(),
  maxFailureRate: z
    .number()
    .min(0)
    .max(1)
    .describe('Share of these items that may fail, 0 to 1; 0 when left out.')
    .optional(),
  maxCost: z
    .string()
    .regex(
      /^\d{1,9}(\.\d{1,8})?$/,
      'the most that a canary may cost is a quoted decimal number of Pollen with up to 8 decimals, such as "0.05"',
    )
    .describe('Most that these items may cost together: a quoted decimal, such as `"0.05"`.')
    .optional(),
});

/** The key `canary` of a job file. */
export const canarySchema = z
  .union([items, canaryMap])
  .describe('How many of the first items are made alone, before a rule or a person lets the rest go on.');

const rate = z
  .number()
  .gt(0, 'a share of items that fail is more than 0, and 1 at most')
  .max(1)
  .describe('Share of items that fail, above 0 and up to 1.');

/** Fail-fast in its long form. */
export const failFastMap = z.strictObject({
  rate,
  window: z
    .int()
    .min(1)
    .max(maxWindow)
    .describe('Of how many items that ended last; 20 when left out.')
    .optional(),
});

/** The key `failFast` of a job file. */
export const failFastSchema = z
  .union([rate, failFastMap])
  .describe('Share of the items that ended last which, once they have failed, ends the run.');

/** The key `deadline` of a job file. */
export const deadlineSchema = z
  .string()
  .refine((text) => (parseDuration(text) ?? 0) > 0, { error: durationRule })
  .refine((text) => (parseDuration(text) ?? 0) <= longest, { error: 'a deadline is 3650d at most' })
  .describe('Time that a run may take, after which it ends with what it has: `90m`, `6h`, `2d`.');

/** Makes the long form of a canary. */
export function buildCanary(written: z.infer<typeof canarySchema>): Canary {
  const map = typeof written === 'number' ? { items: written } : written;
  const { maxCost } = map;
  return {
    items: map.items,
    approve: map.approve ?? 'auto',
    maxFailureRate: map.maxFailureRate ?? 0,
    ...(maxCost === undefined ? {} : { maxCost }),
  };
}

/** Makes the long form of fail-fast. */
export function buildFailFast(written: z.infer<typeof failFastSchema>): FailFast {
  const map = typeof written === 'number' ? { rate: written } : written;
  return { rate: map.rate, window: map.window ?? usualWindow };
}
