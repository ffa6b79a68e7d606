import { describe, expect, it } from 'vitest';

import { emptyTally } from '../../src/records/tally.ts';
import { describePanel, type Panel } from '../../src/workflows/details.ts';
import { describePause } from '../../src/workflows/pauses.ts';

const folder = { uri: 's3://bucket/runs/bees/bees-1/' };

function panel(changes: Partial<Panel> = {}): string {
  return describePanel({
    runId: 'bees-1',
    state: 'running',
    items: 20,
    tally: { ...emptyTally, succeeded: 7, failed: 2, settled: '0.0125' },
    models: [],
    failures: [],
    at: Date.UTC(2026, 0, 2, 3, 4, 5),
    ...changes,
  });
}

describe('the panel of a run', () => {
  it('says state, counts, cost, rate and time left, and when they were counted', () => {
    expect(panel({ rate: 0.5, inFlight: 3 })).toBe(
      [
        '**running** · **9 of 20** items (45 %)',
        '',
        '- 7 succeeded, 2 failed, 3 under way',
        '- **0.0125 Pollen**',
        '- 30 items a minute, about 22 s left',
        '- counted at 03:04:05 UTC',
      ].join('\n'),
    );
  });

  it('says what was cancelled, throttled, and of unknown charge, only where there is any', () => {
    const tally = { ...emptyTally, cancelled: 3, throttled: 5, unknown: { count: 2, atMost: '0.4' } };
    const text = panel({ tally, state: 'stopping' });
    expect(text).toContain('**stopping**');
    expect(text).toContain('0 succeeded, 3 cancelled');
    expect(text).toContain('told to slow down 5 times');
    expect(text).toContain('2 unknown charges (at most 0.4)');
    expect(panel()).not.toMatch(/cancelled|unknown|slow down|minute/);
  });

  it('divides its budget up as commands do', () => {
    const tally = { ...emptyTally, settled: '0.5', unknown: { count: 1, atMost: '0.3' } };
    const budget = { amount: '1', spent: '0.8', held: '0.1', free: '0.1' };
    expect(panel({ tally, budget })).toContain(
      '- budget **1**: 0.5 spent, 0.3 held for what is unknown, 0.1 held for calls, 0.1 left',
    );
  });

  it('says when it ends with what it has, and once it has, how many items were left', () => {
    const endsAt = '2026-01-02T04:00:00.000Z';
    expect(panel({ endsAt })).toContain('- ends at 2026-01-02 04:00:00 UTC with what it has then');
    const ended = panel({ endsAt, state: 'expired', tally: { ...emptyTally, succeeded: 7, expired: 13 } });
    expect(ended).toContain('**expired** · **20 of 20** items');
    expect(ended).toContain('7 succeeded, 13 expired');
    expect(ended).not.toContain('ends at');
  });

  it('says why it is paused, since when and what to do, and shows the words of a person as they are', () => {
    const paused = describePause(
      { reason: 'operator', detail: '*why* not' },
      'bees-1',
      '2026-01-02T03:00:00.000Z',
    );
    const text = panel({ state: 'paused', pauses: [paused], rate: 0.5 });
    expect(text).not.toContain('left');
    expect(text).toContain(
      '**paused** · **9 of 20** items (45 %)\n\n- **operator** since 2026-01-02 03:00:00 UTC: suspended by hand\\: \\*why\\* not. Let it go on with `pollen-batch resume bees-1`.',
    );
  });

  it('has a table of models where there are several, and no more rows than fit', () => {
    const models = Array.from({ length: 10 }, (_, index) => ({
      model: `m${index}`,
      done: index,
      failed: 0,
      settled: '0.1',
    }));
    const text = panel({ models });
    expect(text).toContain('| m7 | \u20037 | \u20030 | \u20030.1 |');
    expect(text).not.toContain('m8');
    expect(text).toContain('… and 2 more models');
    expect(panel({ models: models.slice(0, 1) })).not.toContain('m0');
  });

  it('names the last failed items with code, status and remedy', () => {
    const failures = Array.from({ length: 7 }, (_, index) => ({
      id: `hero-${index}`,
      code: 'content-policy',
      status: 422,
      remedy: 'Reword the prompt, or `pollen-batch retry RUN --new-seed`.',
    }));
    const text = panel({ failures, tally: { ...emptyTally, failed: 40 } });
    expect(text).toContain('**Failed items** (last 5 of 40)');
    expect(text).toContain(
      '- `hero-6` **content-policy (422)**: Reword the prompt, or `pollen-batch retry bees-1 --new-seed`.',
    );
    expect(text).not.toContain('hero-1');
  });

  it('tells the folder of the run, and links to it where a browser can open it', () => {
    expect(panel({ folder })).toContain('Results: `s3://bucket/runs/bees/bees-1/`');
    const linked = panel({ folder: { ...folder, url: 'https://files.example/runs/bees/bees-1/' } });
    expect(linked).toContain('[Results](https://files.example/runs/bees/bees-1/): `s3://');
    expect(linked).not.toContain('report');
  });

  it('links to report, bill and marker once the run has ended', () => {
    const ended = { folder: { ...folder, url: 'https://files.example/' }, state: 'completed' } as const;
    expect(panel(ended)).toContain('[report\\.json](https://files.example/report.json)');
    expect(panel(ended)).toContain('](https://files.example/_SUCCESS)');
    expect(panel({ ...ended, state: 'stopped' })).toContain('](https://files.example/_FAILED)');
    expect(panel({ folder, state: 'completed' })).toContain('`report.json`');
  });
});
