import * as z from 'zod';

import type { JsonValue, Matrix, Values } from './job.ts';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const axisValue = z.union([scalar, z.record(z.string(), z.unknown())]);
const combinations = z.array(z.record(z.string(), z.unknown())).min(1);

/** The key `matrix`: axes by their names, and two lists of combinations. */
export const matrixSchema = z
  .object({
    include: combinations
      .describe(
        'Combinations to add to, as GitHub Actions does it: keys go to those that they fit, or make a new one.',
      )
      .optional(),
    exclude: combinations
      .describe('Combinations to leave out: those that have all of an entry’s values.')
      .optional(),
  })
  .catchall(z.array(axisValue).min(1))
  .meta({ id: 'matrix' })
  .describe('One item for each combination of the values of all axes: `{ style: [photo, sketch] }`.');

/** A matrix as it is written, known to be well formed. */
export type WrittenMatrix = z.infer<typeof matrixSchema>;

/** Takes a well-formed matrix apart. */
export function buildMatrix({ include, exclude, ...axes }: WrittenMatrix): Matrix {
  return {
    axes: axes as Readonly<Record<string, readonly JsonValue[]>>,
    include: (include ?? []) as readonly Values[],
    exclude: (exclude ?? []) as readonly Values[],
  };
}
