import * as z from 'zod';
import { periodBudget } from './budget-schema.ts';
import { cronProblem } from './cron.ts';
import { durationRule, parseDuration } from './duration.ts';

/** What happens at a time when the last run goes on, in Temporal's words. */
export const overlaps = [
  'SKIP',
  'BUFFER_ONE',
  'BUFFER_ALL',
  'CANCEL_OTHER',
  'TERMINATE_OTHER',
  'ALLOW_ALL',
] as const;

const calendarMonths = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const;

const calendarDays = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, { error: durationRule })
  .describe('Whole number and unit: `90s`, `15m`, `6h`, `30d`.');

const cronLine = z.string().superRefine((line, context) => {
  const problem = cronProblem(line);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

const interval = z
  .string()
  .refine(isInterval, { error: `${durationRule}, with an offset behind a slash if need be: 1h/15m` })
  .describe('Interval, and an offset into it behind a slash: `30m`, `1h/15m`. Counted from the epoch.');

function numbers(from: number, to: number) {
  const value = z.int().min(from).max(to);
  const range = z.strictObject({ start: value, end: value.optional(), step: z.int().min(1).optional() });
  return z.union([z.literal('*'), value, range, z.array(z.union([value, range])).min(1)]);
}

function names<const Name extends string>(values: readonly Name[]) {
  const value = z.enum(values);
  const range = z.strictObject({ start: value, end: value.optional(), step: z.int().min(1).optional() });
  // One list of names, so that a wrong one is told all that it could be.
  return z.union([z.enum(['*', ...values]), range, z.array(z.union([value, range])).min(1)]);
}

/** One calendar of a schedule; a field that is left out has the value that Temporal gives it. */
export const calendarSchema = z
  .strictObject({
    second: numbers(0, 59).describe('0 when left out.').optional(),
    minute: numbers(0, 59).describe('0 when left out.').optional(),
    hour: numbers(0, 23).describe('0 when left out.').optional(),
    dayOfMonth: numbers(1, 31).describe('Every day when left out.').optional(),
    month: names(calendarMonths).describe('Every month when left out.').optional(),
    dayOfWeek: names(calendarDays).describe('Every day when left out.').optional(),
    year: numbers(2000, 2100).describe('Every year when left out.').optional(),
    comment: z.string().optional(),
  })
  .describe('Times as Temporal calendars give them: every field must match.');

/** The key `schedule` of a job file, in Temporal's words. */
export const scheduleSchema = z
  .strictObject({
    cron: z
      .union([cronLine, z.array(cronLine).min(1)])
      .describe('Cron line, or a list of them.')
      .optional(),
    calendars: z.array(calendarSchema).min(1).describe('Calendars; any of them gives a time.').optional(),
    every: z
      .union([interval, z.array(interval).min(1)])
      .describe('Interval, or a list of them.')
      .optional(),
    timezone: z
      .string()
      .refine(isZone, { error: 'a zone is a name of the IANA database, such as Europe/Berlin or UTC' })
      .describe('Zone of `cron`, `calendars` and `{{ run.date }}`; UTC when left out.')
      .optional(),
    overlap: z
      .enum(overlaps)
      .describe('What happens at a time when the last run goes on; `SKIP` when left out.')
      .optional(),
    catchupWindow: duration
      .describe('How late a missed time may still start after an outage; `1h` when left out.')
      .optional(),
    jitter: duration.describe('Each start is put off by up to this; not at all when left out.').optional(),
    pauseOnFailure: z
      .boolean()
      .describe(
        'Pause the schedule when a run cannot be made; false when left out. Failed items pause nothing.',
      )
      .optional(),
    budget: periodBudget.optional(),
    newOnly: z
      .boolean()
      .describe(
        'Call only what no earlier run of the job has got, and take over the rest; false when left out.',
      )
      .optional(),
  })
  .refine(({ cron, calendars, every }) => [cron, calendars, every].some((times) => times !== undefined), {
    error: 'a schedule has `cron`, `calendars` or `every`',
  })
  .describe('When the job runs by itself, once `pollen-batch schedule apply` has been told of it.');

/** The schedule of a job file as it is written. */
export type WrittenSchedule = z.infer<typeof scheduleSchema>;

function isInterval(text: string): boolean {
  const [every = '', offset, ...rest] = text.split('/');
  const seconds = parseDuration(every);
  if (seconds === undefined || seconds === 0 || rest.length > 0) return false;
  return offset === undefined || (parseDuration(offset) ?? seconds) < seconds;
}

function isZone(name: string): boolean {
  // Servers look the name up as a file, whose case counts; an offset is no file.
  if (!/^[A-Z][\w+-]*(\/[A-Z][\w+-]*)*$/.test(name)) return false;
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
