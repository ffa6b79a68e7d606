import * as z from 'zod';

import type { LaneSettings } from '../lanes/lanes.ts';

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'lane names are short, lower case, of letters, digits and hyphens');

const lane = z
  .strictObject({
    models: z.array(z.string()).min(1).optional(),
    rps: z.number().positive('must be a number of calls a second above 0').optional(),
    rpm: z.number().positive('must be a number of calls a minute above 0').optional(),
    adaptive: z.boolean('must be true or false').optional(),
    concurrency: z
      .int('must be a whole number')
      .min(1, 'must be a whole number from 1 to 1000')
      .max(1_000, 'must be a whole number from 1 to 1000')
      .default(64),
  })
  .refine(({ rps, rpm }) => rps === undefined || rpm === undefined, {
    message: 'has a rate a second (rps) or a minute (rpm), not both',
    path: ['rpm'],
  });

/** Lanes as they are written: by name, and one of them for all models that no other names. */
export const lanesSchema = z
  .record(name, lane)
  .refine((lanes) => Object.values(lanes).filter(({ models }) => models === undefined).length === 1, {
    message: 'exactly one lane has no "models": it takes all other models',
  });

/** Keys of one lane. */
export const laneKeys: readonly string[] = Object.keys(lane.shape);

/** How lanes are written as JSON. */
export const lanesExample =
  '{"all": {"rps": 4, "concurrency": 64}, "slow": {"models": ["kontext"], "rps": 0.5}}';

/** Lanes of a JSON text, or what is wrong with it. */
export function parseLanes(
  text: string,
): { readonly lanes: readonly LaneSettings[] } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'it is not JSON' };
  }
  const parsed = lanesSchema.safeParse(value);
  if (parsed.success) {
    return {
      lanes: Object.entries(parsed.data).map(([laneName, written]) => laneOf(laneName, written)),
    };
  }
  const problem = parsed.error.issues
    .map((issue) => {
      const cause = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
      return [issue.path.join('.'), cause ?? issue.message].filter((part) => part !== '').join(': ');
    })
    .join('; ');
  return { problem };
}

function laneOf(
  laneName: string,
  { models, rps, rpm, concurrency, adaptive }: z.output<typeof lane>,
): LaneSettings {
  const perSecond = rpm === undefined ? rps : rpm / 60;
  return {
    name: laneName,
    concurrency,
    ...(models === undefined ? {} : { models }),
    ...(perSecond === undefined ? {} : { rps: perSecond }),
    ...(adaptive === undefined ? {} : { adaptive }),
  };
}
