import * as z from 'zod';

import { USAGE_TYPES } from '../pollen/usage.ts';

const moment = z.string().meta({ format: 'date-time' }).describe('ISO 8601, UTC.');
const pollen = z
  .string()
  .regex(/^\d+(\.\d{1,8})?$/)
  .describe('Decimal Pollen, exact to 1e-8.');
const count = z.int().min(0);
const milliseconds = z.int().min(0).describe('Milliseconds.');
const kind = z.enum(['text', 'image']);
const reason = z.string().describe('In the words of who did it.').optional();

const tally = z.object({
  succeeded: count,
  reused: count.describe('Of `succeeded`, taken over from earlier runs; absent where none was.').optional(),
  failed: count,
  cancelled: count.describe('Not made, since the run was stopped.'),
  expired: count.describe('Not made, since its deadline came; absent where none was.').optional(),
  settled: pollen.describe('What is known to be charged, decimal Pollen.'),
  unknown: z
    .object({
      count,
      atMost: pollen.nullable().describe('What these may come to; `null` where nothing bounds one.'),
    })
    .describe('Charges that may or may not have been made.'),
  throttled: count.describe('Attempts that were told to slow down.'),
});

const share = z.object({ attempts: count, pollen });
const saving = share.extend({
  unpriced: count.describe('Of these answers, those whose price nothing tells.'),
});
const budget = z.object({ amount: pollen, onExceeded: z.enum(['pause', 'stop']) });
const change = { version: z.literal(1), at: moment, reason };

/** `report.json`, version 1. Later ones may have more keys, and never other meanings of these. */
export const reportBody = z.object({
  version: z.literal(1),
  runId: z.string(),
  job: z.string(),
  parent: z.object({ runId: z.string(), reason }).describe('The run that it is a retry of.').optional(),
  description: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  state: z.enum(['completed', 'completed_with_failures', 'stopped', 'expired', 'failed']),
  api: z.object({
    id: z.string(),
    dialect: z.enum(['enter', 'enter-v1', 'gen']),
    cacheMode: z.enum(['exact', 'paid-hit', 'none']),
    emulated: z.boolean().describe('Whether it was the emulator: nothing was generated or charged.'),
  }),
  startedAt: moment,
  endedAt: moment,
  items: count,
  tally,
  certainty: z.enum(['exact', 'estimated']).describe('`exact` when every charge is known to the last 1e-8.'),
  models: z
    .array(
      z.object({
        model: z.string(),
        kind,
        items: count.describe('Calls that were asked of it; an item of one call is one.'),
        tally,
      }),
    )
    .describe('The dearest first.'),
  attempts: z
    .record(z.string(), count)
    .describe('By outcome: `answered`, `throttled`, or the code of what went wrong.'),
  estimate: z
    .object({
      atLeast: pollen.optional(),
      likely: pollen.optional(),
      unknown: count.optional(),
      atMost: pollen,
      unbounded: count,
      free: count,
    })
    .describe('What the plan said before anything was sent.'),
  budget: budget
    .extend({ reached: z.boolean() })
    .describe('As it was set last, and whether it has stopped the run; absent where it had none.')
    .optional(),
  story: z
    .array(
      z.discriminatedUnion('kind', [
        z.object({ ...change, kind: z.enum(['suspend', 'resume', 'approve', 'stop', 'terminate']) }),
        z.object({ ...change, kind: z.literal('budget'), budget }),
        z.object({ ...change, kind: z.literal('concurrency'), concurrency: count.nullable() }),
        z.object({ ...change, kind: z.literal('priority'), priority: z.string() }),
        z.object({ ...change, kind: z.literal('deadline'), endsAt: moment.nullable() }),
      ]),
    )
    .describe('What people did to it while it went on, the oldest first; absent where nobody did anything.')
    .optional(),
  measured: z
    .array(
      z.object({
        kind,
        model: z.string(),
        answers: count,
        usage: z.partialRecord(z.enum(USAGE_TYPES), z.number()),
        timed: count,
        latencyMs: milliseconds.describe('Milliseconds of all that were timed, together.'),
      }),
    )
    .describe('What answers used and how long they took: what later runs are estimated by.'),
  paid: z
    .object({
      kept: share.describe('Paid, and the answer is a result.'),
      wasted: share.describe('Paid, and the answer was lost, refused by a check, or not stored.'),
      duplicate: share.describe('Paid beside another answer to the same call.'),
      late: share.describe('Paid, and answered once the item had ended without it.'),
    })
    .describe('These add up to what is settled. Absent in reports of earlier versions, as all that follows.')
    .optional(),
  saved: z
    .object({
      cache: saving.describe("Answers that the API's cache had."),
      reuse: saving.describe('Answers that earlier runs had got, at the prices of this one.'),
    })
    .describe('What cost nothing, at its price.')
    .optional(),
  failures: z
    .array(
      z.object({
        code: z.string(),
        items: count,
        example: z.string().describe('Id of the first of them.'),
        remedy: z.string().describe('What to do about that one; RUN stands for the id of the run.'),
      }),
    )
    .describe('Failed items by the code of what went wrong, the most of them first.')
    .optional(),
  throttled: z
    .object({ attempts: count, items: count.describe('Items that these attempts were for.') })
    .optional(),
  latency: z
    .array(
      z.object({
        model: z.string(),
        kind,
        answers: count.describe('Answers that were timed: those of no cache, and of this run.'),
        medianMs: milliseconds,
        p95Ms: milliseconds.describe('Milliseconds within which 95 % came, by the nearest rank.'),
      }),
    )
    .describe('From send to end, by model.')
    .optional(),
  doubts: z
    .array(
      z.object({
        doubt: z.string().describe('Why, as a sentence.'),
        items: count.describe('Results that it is said of.'),
        example: z.string().describe('Id of the item of one of them.'),
      }),
    )
    .describe('Results that passed every check and look wrong all the same; absent where none does.')
    .optional(),
});

/** The JSON Schema of `report.json`, as the text of `docs/report.schema.json`. */
export function reportJsonSchema(): string {
  const schema = z.toJSONSchema(reportBody, { target: 'draft-7', io: 'input' });
  return `${JSON.stringify({ title: 'The report of a run of pollen-batch', ...schema }, null, 2)}\n`;
}
