import { describe, expect, it } from 'vitest';

import { failuresText, periodText, runlessText } from '../../../src/commands/render/schedule-runs-text.ts';
import { periodCosts } from '../../../src/commands/schedule/period-costs.ts';
import { runlessTimes } from '../../../src/commands/schedule/runless-times.ts';
import { failureOf } from '../../../src/commands/schedule/schedule-failures.ts';
import type { ScheduledRun } from '../../../src/commands/schedule/scheduled-runs.ts';
import { describePause } from '../../../src/workflows/pauses.ts';

const run = (plannedFor: string, more: Partial<ScheduledRun> = {}): ScheduledRun => ({
  runId: `nightly-0123456789-${plannedFor.replaceAll(/[-:]/g, '')}`,
  plannedFor,
  state: 'completed',
  items: 10,
  failed: 0,
  left: 0,
  cost: '1.5',
  unknown: { count: 0, atMost: '0' },
  startedAt: plannedFor,
  endedAt: new Date(Date.parse(plannedFor) + 3_600_000).toISOString(),
  ...more,
});

const underWay = (plannedFor: string, more: Partial<ScheduledRun> = {}): ScheduledRun => {
  const { failed: _failed, left: _left, unknown: _unknown, ...rest } = run(plannedFor);
  return { ...rest, state: 'running', endedAt: undefined, ...more };
};

describe('what the runs of a schedule have cost', () => {
  it('is added up by the period of its budget, on the clocks of its zone', () => {
    const runs = [
      // The first of December in Berlin.
      underWay('2026-11-30T23:30:00Z', { cost: '0.25' }),
      run('2026-11-30T05:00:00Z', { unknown: { count: 2, atMost: '0.004' } }),
      run('2026-11-29T05:00:00Z'),
    ];
    const costs = periodCosts(runs, 'Europe/Berlin', { amount: '4', per: 'month' });
    expect(costs).toMatchObject([
      { from: '2026-12-01', runs: 1, underWay: 1, settled: '0.25', budget: '4' },
      { from: '2026-11-01', runs: 2, underWay: 0, settled: '3', unknown: { count: 2, atMost: '0.004' } },
    ]);
    expect(costs.map(periodText)).toEqual([
      'Month from 2026-12-01: 1 run (1 going on), 0.25 Pollen of 4, 3.75 left',
      'Month from 2026-11-01: 2 runs, 3 Pollen + 2 unknown charges (at most 0.004) of 4, 0.996 left',
    ]);
  });

  it('is added up by months where there is no such budget, and has no rest then', () => {
    const costs = periodCosts([run('2026-11-29T05:00:00Z')], 'UTC', undefined);
    expect(costs.map(periodText)).toEqual(['Month from 2026-11-01: 1 run, 1.5 Pollen']);
  });

  it('leaves nothing of a budget of which the runs have spent more', () => {
    const runs = [run('2026-11-29T05:00:00Z'), run('2026-11-29T06:00:00Z')];
    const [cost] = periodCosts(runs, 'UTC', { amount: '2', per: 'day' });
    expect(cost && periodText(cost)).toBe('Day from 2026-11-29: 2 runs, 3 Pollen of 2, 0 left');
  });
});

describe('times without a run', () => {
  const times = ['01', '02', '03', '04'].map((hour) => new Date(`2026-11-25T${hour}:00:00Z`));
  const now = new Date('2026-11-25T04:00:30Z');

  it('are those that a run still went on at, and others; the last minute is no time yet', () => {
    const long = run('2026-11-25T01:00:00Z', { endedAt: '2026-11-25T02:30:00Z' });
    expect(runlessTimes(times, [long], now)).toEqual([
      { time: '2026-11-25T03:00:00Z', why: 'unstarted' },
      { time: '2026-11-25T02:00:00Z', why: 'skipped' },
    ]);
  });

  it('are all skipped behind a run that goes on, and none by one that is lost', () => {
    const paused = underWay('2026-11-25T01:00:00Z', { state: 'paused' });
    expect(runlessTimes(times, [paused], now).map(({ why }) => why)).toEqual(['skipped', 'skipped']);
    const lost = underWay('2026-11-25T01:00:00Z', { state: 'lost' });
    expect(runlessTimes(times, [lost], now).map(({ why }) => why)).toEqual(['unstarted', 'unstarted']);
  });

  it('are told on the clocks of the schedule, a few of many', () => {
    const many = ['06', '05', '04', '03', '02', '01'].map((hour) => ({
      time: `2026-11-25T${hour}:00:00Z`,
      why: 'unstarted' as const,
    }));
    expect(runlessText(many, 'Europe/Berlin')).toEqual([
      'Without a run, missed or paused: 2026-11-25T07:00:00+01:00, 2026-11-25T06:00:00+01:00, 2026-11-25T05:00:00+01:00, 2026-11-25T04:00:00+01:00, 2026-11-25T03:00:00+01:00 and 1 more.',
    ]);
  });
});

describe('what has gone wrong with a run of a schedule', () => {
  const time = '2026-11-25T05:00:00Z';
  const id = 'nightly-0123456789-20261125T050000Z';
  const backfill = `pollen-batch schedule backfill nightly --from ${time} --to ${time}`;
  const { failed: _failed, left: _left, unknown: _unknown, ...unmarked } = run(time, { items: undefined });

  it.each([
    ['nothing', run(time), undefined, undefined],
    ['it goes on', underWay(time), undefined, undefined],
    [
      'it is paused, and does not say why',
      underWay(time, { state: 'paused' }),
      { isPlanned: true },
      ['paused', 'it waits for a person', `pollen-batch get ${id}`],
    ],
    [
      'it is paused no longer',
      underWay(time, { state: 'paused' }),
      { isPlanned: true, paused: [] },
      undefined,
    ],
    ...(
      [
        ['operator', `resume ${id}`],
        ['approval', `approve ${id}`],
        ['budget', `set ${id} --budget`],
        ['credit', 'Top up'],
      ] as const
    ).map(([reason, remedy]) => {
      const pause = describePause({ reason }, id, time);
      return [
        `it is paused: ${reason}`,
        underWay(time, { state: 'paused' }),
        { isPlanned: true, paused: [pause] },
        ['paused', pause.message, remedy],
      ] as const;
    }),
    [
      'items have failed',
      run(time, { state: 'completed_with_failures', failed: 3 }),
      undefined,
      ['completed_with_failures', '3 of 10 items have no result', `pollen-batch retry ${id}`],
    ],
    [
      'its budget is used up',
      run(time, { state: 'stopped', because: 'budget', left: 10 }),
      undefined,
      ['stopped', 'its budget is used up: 10 of 10 items', 'in the next period'],
    ],
    [
      'a person has stopped it',
      run(time, { state: 'stopped', left: 4, failed: 1 }),
      undefined,
      ['stopped', '5 of 10 items have no result', `pollen-batch retry ${id}`],
    ],
    [
      'it could not be planned',
      { ...unmarked, state: 'failed' },
      { reason: 'no price is known for openai', isPlanned: false },
      ['failed', 'no price is known', backfill],
    ],
    [
      'it was terminated while it went on',
      { ...unmarked, state: 'terminated' },
      { isPlanned: true },
      ['terminated', 'it left no marker', `pollen-batch resume ${id} --from-store`],
    ],
    [
      'Temporal has lost it',
      { ...unmarked, state: 'lost', endedAt: undefined },
      { isPlanned: false },
      ['lost', 'Temporal knows nothing of it', backfill],
    ],
  ] as const)('is told with what to do: %s', (_about, its, trace, expected) => {
    const failure = failureOf('nightly', its, trace);
    if (expected === undefined) {
      expect(failure).toBeUndefined();
      return;
    }
    const [state, reason, remedy] = expected;
    expect(failure).toMatchObject({ schedule: 'nightly', runId: id, plannedFor: time, state });
    expect(failure?.reason).toContain(reason);
    expect(failure?.remedy).toContain(remedy);
    // It lifts neither an approval that is missing nor a budget that is used up.
    if (/^(approve|set) /.test(remedy)) expect(failure?.remedy).not.toContain('pollen-batch resume');
  });

  it('is a line each, and one for nothing or for what is left out', () => {
    const since = new Date('2026-10-27T00:00:00.000Z');
    const failure = failureOf('nightly', run(time, { state: 'stopped', left: 4 }), undefined);
    const timezone = 'Europe/Berlin';
    const listed = failure === undefined ? [] : [{ ...failure, timezone }];
    expect(failuresText(listed, since)).toBe(
      `2026-11-25T06:00:00+01:00  ${id}: stopped: 4 of 10 items have no result\n  pollen-batch retry ${id}`,
    );
    expect(failuresText([], since)).toBe('Nothing has gone wrong since 2026-10-27T00:00:00Z.');
    const left = failuresText(listed, since, 2);
    expect(left.split('\n').at(-1)).toBe('… and 2 more before; --limit shows them.');
  });
});
