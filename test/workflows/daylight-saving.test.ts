import { describe, expect } from 'vitest';

import { zoned } from '../../src/commands/render/words.ts';
import { matchingTimes, nextTimes } from '../../src/commands/schedule/matching-times.ts';
import { temporalSpec } from '../../src/commands/schedule/spec.ts';
import type { Harness } from '../support/harness.ts';
import { jobOf } from '../support/job.ts';
import { test } from '../support/on-servers.ts';

/** What the clocks of a zone show. */
interface Clock {
  readonly day: number;
  readonly weekday: string;
  readonly hour: number;
  readonly minute: number;
}

const YEAR = '2027-01-01T00:00:00Z';
const [QUARTER_MS, DAY_MS] = [900_000, 86_400_000];
const DAYS = 400;

/** Both changes of a zone's clocks in 2027. */
const zones = {
  'Europe/Berlin': ['2027-03-28T01:00:00Z', '2027-10-31T01:00:00Z'],
  'America/New_York': ['2027-03-14T07:00:00Z', '2027-11-07T06:00:00Z'],
  'Australia/Lord_Howe': ['2027-10-02T15:30:00Z', '2027-04-03T15:00:00Z'],
} as const;

/** Schedules, with what tells by the clocks whether they have a moment. */
const schedules: readonly (readonly [schedule: string, holds: (clock: Clock, moment: number) => boolean])[] =
  [
    ['cron: "0 6 * * *"', ({ hour, minute }) => hour === 6 && minute === 0],
    ['cron: "30 2 * * *"', ({ hour, minute }) => hour === 2 && minute === 30],
    [
      'cron: ["15 1 * * SUN", "45 23 * * MON-FRI"]',
      ({ hour, minute, weekday }) =>
        weekday === 'Sun' ? hour === 1 && minute === 15 : hour === 23 && minute === 45 && weekday !== 'Sat',
    ],
    [
      'calendars: [{ hour: [1, 2], minute: 45, dayOfMonth: { start: 1, end: 14 } }, { hour: 0, minute: 30 }]',
      ({ hour, minute, day }) =>
        ((hour === 1 || hour === 2) && minute === 45 && day <= 14) || (hour === 0 && minute === 30),
    ],
    ['every: 24h/90m', (_clock, moment) => moment % DAY_MS === 6 * QUARTER_MS],
  ];

/** Every quarter of an hour of a year, as the clocks of a zone show it: the platform's own reckoning. */
function quartersOf(timezone: string): readonly (readonly [moment: number, clock: Clock])[] {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    day: 'numeric',
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  });
  return Array.from({ length: DAYS * 96 }, (_, index) => {
    const moment = Date.parse(YEAR) + (index + 1) * QUARTER_MS;
    const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, value]));
    const clock = {
      day: Number(parts.get('day')),
      weekday: parts.get('weekday') ?? '',
      hour: Number(parts.get('hour')),
      minute: Number(parts.get('minute')),
    };
    return [moment, clock] as const;
  });
}

async function create({ client }: Harness, name: string, schedule: string, timezone: string): Promise<void> {
  const job = jobOf(
    `version: 1\nname: ${name}\nitems: [{ text: a }]\nschedule: { ${schedule}, timezone: ${timezone} }\n`,
  );
  if (job.schedule === undefined) throw new Error('the job has no schedule');
  await client.schedule.create({
    scheduleId: name,
    spec: temporalSpec(job.schedule),
    action: { type: 'startWorkflow', workflowType: 'runJob', taskQueue: 'nobody' },
    state: { paused: true },
  });
}

describe('a year of a schedule', { timeout: 240_000 }, () => {
  for (const [timezone, changes] of Object.entries(zones)) {
    test(`is that of the clocks in ${timezone}, but for the hours in which they change`, async ({ open }) => {
      const harness = await open({ workers: 0 });
      const quarters = quartersOf(timezone);
      const isCalm = (moment: number): boolean =>
        changes.every((change) => Math.abs(moment - Date.parse(change)) > 2 * 3_600_000);
      for (const [index, [schedule, holds]] of schedules.entries()) {
        await create(harness, `year-${index}`, schedule, timezone);
        const times = await nextTimes(harness.session, `year-${index}`, 400, new Date(YEAR));
        const end = Math.min(times.at(-1)?.getTime() ?? 0, Date.parse(YEAR) + DAYS * DAY_MS);
        const isHeld = (moment: number): boolean => moment <= end && isCalm(moment);
        const expected = quarters.filter(([moment, clock]) => holds(clock, moment) && isHeld(moment));
        expect(times.map((time) => time.getTime()).filter(isHeld), schedule).toEqual(
          expected.map(([moment]) => moment),
        );
        expect(expected.length, schedule).toBeGreaterThan(300);
      }
    });
  }

  // As Temporal 1.32 counts; the README says so. A later one may do better.
  test.for([
    ['Europe/Berlin', 0, '30 2 * * *', []],
    ['Europe/Berlin', 1, '30 2 * * *', ['02:30:00+01:00']],
    ['Europe/Berlin', 1, '30 1 * * *', ['01:30:00+02:00', '02:30:00+02:00']],
    [
      'Europe/Berlin',
      1,
      '0 * * * *',
      [
        '00:00:00+02:00',
        '01:00:00+02:00',
        '02:00:00+02:00',
        '03:00:00+01:00',
        '04:00:00+01:00',
        '05:00:00+01:00',
      ],
    ],
    ['America/New_York', 0, '30 2 * * *', []],
    ['America/New_York', 1, '30 2 * * *', ['02:30:00-05:00']],
    ['America/New_York', 1, '30 1 * * *', ['01:30:00-04:00', '01:30:00-05:00']],
    ['Australia/Lord_Howe', 0, '30 2 * * *', ['02:30:00+11:00']],
    ['Australia/Lord_Howe', 0, '15 2 * * *', ['02:45:00+11:00']],
    ['Australia/Lord_Howe', 1, '30 2 * * *', ['02:30:00+10:30']],
  ] as const)(
    'has in the night of a change in %s (%i) for %s these times',
    async ([timezone, change, line, expected], { open }) => {
      const harness = await open({ workers: 0 });
      await create(harness, 'night', `cron: "${line}"`, timezone);
      const moment = Date.parse(zones[timezone][change]);
      const [from, to] = [moment - 10_800_001, moment + 10_800_000].map((edge) => new Date(edge));
      const times = await matchingTimes(harness.session, 'night', from ?? new Date(), to ?? new Date());
      expect(times.map((time) => zoned(time.toISOString(), timezone).slice(11))).toEqual(expected);
    },
  );
});
