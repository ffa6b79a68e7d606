import * as z from 'zod';

import { noticeEvents, type NoticeEvent } from '../manifest/job.ts';
import { budgetUnderWay } from '../pollen/budget-sums.ts';
import type { Tally } from '../records/tally.ts';
import type { Notice } from './notice.ts';

const moment = z.string().meta({ format: 'date-time' }).describe('ISO 8601, UTC.');
const pollen = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .describe('Decimal Pollen.');
const signed = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .describe('Decimal Pollen; below zero where more is gone than there was.');
const count = z.int().min(0);

const types = {
  completed: 'run.completed',
  failed: 'run.failed',
  paused: 'run.paused',
  budget: 'run.budget',
  missed: 'schedule.missed',
} as const satisfies Readonly<Record<NoticeEvent, string>>;

/** What a receiver is sent, version 1. Later ones may have more keys, and never other meanings of these. */
export const noticeBody = z.object({
  version: z.literal(1),
  type: z.enum(noticeEvents.map((event) => types[event])),
  timestamp: moment.describe('When it happened, not when it is sent.'),
  data: z.object({
    runId: z.string().describe('Id of the run; of `schedule.missed` the run that found it out.'),
    job: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
    emulated: z.boolean().describe('Whether the API was the emulator: nothing was generated or charged.'),
    plannedFor: moment.describe('Of a run of a schedule: the time that it was planned for.').optional(),
    folder: z.string().describe('`s3://bucket/…/` with all that the run has left.'),
    items: count.describe('Items of the run; absent where it could not be planned.').optional(),
    state: z
      .enum(['completed', 'completed_with_failures', 'stopped', 'expired', 'failed'])
      .describe('How it ended: of `run.completed` and `run.failed`.')
      .optional(),
    because: z
      .enum(['budget', 'fail-fast', 'terminated'])
      .describe('What stopped it, of a run that was stopped.')
      .optional(),
    code: z.string().describe('Code of what kept the run from being planned.').optional(),
    counts: z
      .object({ succeeded: count, reused: count, failed: count, cancelled: count, expired: count })
      .describe('Its items as they have ended so far; of `succeeded` so many are `reused` of earlier runs.')
      .optional(),
    cost: z
      .object({
        settled: pollen.describe('What is known to be charged, decimal Pollen.'),
        unknown: z
          .object({
            count,
            atMost: pollen.nullable().describe('What these may come to; `null` where nothing bounds it.'),
          })
          .describe('Calls that may have been charged besides.'),
      })
      .optional(),
    pause: z
      .object({ reason: z.string(), since: moment, message: z.string(), remedy: z.string() })
      .describe('Why it is paused, and what to do: of `run.paused`.')
      .optional(),
    budget: z
      .object({
        amount: pollen,
        spent: pollen.describe('Charges that are known.'),
        unknown: pollen.nullable().describe('Held for those that are not; `null` where nothing bounds one.'),
        held: signed.describe('Held for calls that may be under way.'),
        left: signed.nullable().describe('Of `amount`; `null` where `unknown` is.'),
      })
      .describe('Its budget, of which four fifths are spent or unknown: of `run.budget`.')
      .optional(),
    missed: z
      .object({
        count,
        times: z
          .array(moment)
          .describe('The youngest of them; absent where nobody can tell which they were.')
          .optional(),
      })
      .describe('Times of the schedule at which no run was started: of `schedule.missed`.')
      .optional(),
  }),
});

/** What a notice is about. */
export interface NoticedRun {
  readonly runId: string;
  readonly job: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly emulated: boolean;
  readonly plannedFor?: string;
  readonly folder: string;
  readonly items?: number;
}

/** Writes what is sent: JSON, the same bytes each time. */
export function writeBody(about: NoticedRun, notice: Notice): string {
  const body: z.infer<typeof noticeBody> = {
    version: 1,
    type: types[notice.event],
    timestamp: notice.at,
    data: { ...about, ...happened(notice) },
  };
  return JSON.stringify(body);
}

/** The JSON Schema of what is sent, as the text of `jobs/notice.schema.json`. */
export function noticeJsonSchema(): string {
  const schema = z.toJSONSchema(noticeBody, { target: 'draft-7', io: 'input' });
  return `${JSON.stringify({ title: 'A notice of pollen-batch', ...schema }, null, 2)}\n`;
}

function happened(notice: Notice): Partial<z.infer<typeof noticeBody>['data']> {
  switch (notice.event) {
    case 'completed':
    case 'failed': {
      const { state, because, code, tally } = notice;
      return {
        state,
        ...(because === undefined ? {} : { because }),
        ...(code === undefined ? {} : { code }),
        ...(tally === undefined ? {} : soFar(tally)),
      };
    }
    case 'paused': {
      const { reason, since, message, remedy } = notice.pause;
      return { pause: { reason, since, message, remedy }, ...soFar(notice.tally) };
    }
    case 'budget': {
      return { budget: budgetUnderWay(notice.budget, notice.tally.unknown), ...soFar(notice.tally) };
    }
    case 'missed': {
      const { count: missed, times } = notice.missed;
      return { missed: { count: missed, ...(times === undefined ? {} : { times: [...times] }) } };
    }
  }
}

function soFar({ succeeded, reused = 0, failed, cancelled, expired = 0, settled, unknown }: Tally) {
  return {
    counts: { succeeded, reused, failed, cancelled, expired },
    cost: { settled, unknown: { count: unknown.count, atMost: unknown.atMost } },
  };
}
