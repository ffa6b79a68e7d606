import { describe, expect, it } from 'vitest';

import { cronProblem } from '../../src/manifest/cron.ts';
import { describeSchedule } from '../../src/manifest/schedule.ts';
import { jobOf } from '../support/job.ts';
import { places, problemsOf } from './api-rules.ts';

const withSchedule = (schedule: string): string =>
  `version: 1\nname: x\nitems: [{ text: a }]\nschedule:\n${schedule
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n`;

describe('the schedule of a job', () => {
  it('has the defaults of a careful operator', () => {
    const { schedule, timezone } = jobOf(withSchedule('cron: 0 6 * * *'));
    expect(schedule).toEqual({
      cron: ['0 6 * * *'],
      calendars: [],
      every: [],
      timezone: 'UTC',
      overlap: 'SKIP',
      catchupWindow: 3_600,
      jitter: 0,
      pauseOnFailure: false,
      newOnly: false,
    });
    expect(timezone).toBeUndefined();
  });

  it('takes intervals, calendars and several cron lines together', () => {
    const { schedule, timezone } = jobOf(
      withSchedule(
        [
          'cron: ["0 6 * * MON-FRI", "@hourly", "0 0 1 1 * 2030"]',
          'every: [30m, 1h/15m]',
          'calendars: [{ hour: [6, { start: 12, end: 18, step: 2 }], dayOfWeek: MONDAY, minute: "*" }]',
          'timezone: Europe/Berlin',
        ].join('\n'),
      ),
    );
    expect(timezone).toBe('Europe/Berlin');
    expect(schedule && describeSchedule(schedule)).toEqual({
      cron: '0 6 * * MON-FRI, @hourly, 0 0 1 1 * 2030',
      calendars: '{"minute":"*","hour":[6,{"start":12,"end":18,"step":2}],"dayOfWeek":"MONDAY"}',
      every: '30m, 1h/15m',
      timezone: 'Europe/Berlin',
      overlap: 'SKIP',
      catchupWindow: '1h',
      jitter: '0s',
      pauseOnFailure: 'false',
      budget: '',
      newOnly: 'false',
    });
  });

  it.each([
    ['no times', 'timezone: UTC', ['5:3: value-invalid']],
    ['an hour that is none', 'cron: 0 26 * * *', ['5:9: value-invalid']],
    ['the second of two lines wrong', 'cron: ["0 6 * * *", "0 6 * *"]', ['5:23: value-invalid']],
    ['the zone inside the line', 'cron: CRON_TZ=UTC 0 6 * * *', ['5:9: value-invalid']],
    ['a day that never comes', 'cron: 0 0 30 2 *', ['5:9: value-invalid']],
    ['an interval of nothing', 'every: 0s', ['5:10: value-invalid']],
    ['an offset as long as the interval', 'every: 1h/60m', ['5:10: value-invalid']],
    ['a zone that is none', 'every: 1h\ntimezone: Berlin', ['6:13: value-invalid']],
    ['a zone in small letters', 'every: 1h\ntimezone: europe/berlin', ['6:13: value-invalid']],
    ['an offset for a zone', 'every: 1h\ntimezone: "+01:00"', ['6:13: value-invalid']],
    ['an overlap in small letters', 'every: 1h\noverlap: skip', ['6:12: value-invalid']],
    ['an unknown key', 'every: 1h\ncatchup: 1h', ['6:3: key-unknown']],
    [
      'wrong calendars',
      'calendars: [{ hour: 25, dayOfWeek: FUNDAY, hours: 3 }]',
      ['5:23: value-invalid', '5:38: value-invalid', '5:46: key-unknown'],
    ],
  ])('with %s is refused at its place', (_about, schedule, expected) => {
    expect(places(problemsOf(withSchedule(schedule)))).toEqual(expected);
  });
});

describe('a cron line', () => {
  it.each([
    '* * * * *',
    '*/5 * * * *',
    '0 6,18 * * MON-FRI',
    '0 0 1 JAN *',
    '0 0 * * 7',
    '5 0 12 * * * 2030',
    '0 0 1 1 * 2020',
    '0 6 * * MONDAY',
    '5/15 * * * *',
    // Both fields of the day have to match.
    '0 9 1 * MON',
    '@daily',
  ])('can be %j', (line) => {
    expect(cronProblem(line)).toBeUndefined();
  });

  it.each([
    '',
    '@every 1h',
    '@never',
    '* * * *',
    '0 0 L * *',
    '0 0 * * 5#2',
    '0 0 15W * *',
    '? * * * *',
    '61 * * * *',
    '0 0 30 2 MON',
  ])('cannot be %j', (line) => {
    expect(cronProblem(line)).toEqual(expect.any(String));
  });
});
