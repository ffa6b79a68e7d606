import * as z from 'zod';

const amount = z
  .string()
  .regex(
    /^\d{1,9}(\.\d{1,8})?$/,
    'a budget is a quoted decimal number of Pollen with up to 8 decimals, such as "2.5"',
  )
  .describe('Pollen: a quoted decimal, such as `"2.5"`.');

/** A budget in its long form. */
export const budgetMap = z.strictObject({
  amount,
  onExceeded: z
    .enum(['pause', 'stop'])
    .describe('What happens when it is reached: `pause` until more is allowed (the default), or `stop`.')
    .optional(),
});

/** The key `budget` of a job file. */
export const budgetSchema = z
  .union([amount, budgetMap])
  .describe('Most Pollen that a run may cost: a quoted decimal, such as `"2.5"`.');

/** The key `budget` of a schedule. */
export const periodBudget = z
  .strictObject({
    amount,
    per: z
      .enum(['day', 'week', 'month'])
      .describe("The period, in the schedule's zone; weeks begin on Monday."),
  })
  .describe(
    'Most Pollen that the runs of a period may cost together. A run for which nothing is left stops at once.',
  );
