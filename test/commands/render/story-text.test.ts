import { expect, it } from 'vitest';

import type { RunAct, RunChange } from '../../../src/records/changes.ts';
import { storyLines } from '../../../src/commands/render/story-text.ts';

const done = (act: RunAct, reason?: string): RunChange => ({
  version: 1,
  at: '2026-11-26T15:00:00.123Z',
  ...act,
  ...(reason === undefined ? {} : { reason }),
});

it('tells what people did to a run, and why, with what might move the cursor taken out', () => {
  expect(
    storyLines([
      done({ kind: 'suspend' }, 'prices \u001b[2Jare checked'),
      done({ kind: 'resume' }),
      done({ kind: 'concurrency', concurrency: null }),
      done({ kind: 'deadline', endsAt: '2026-11-27T06:00:00.000Z' }),
      done({ kind: 'budget', budget: { amount: '5', onExceeded: 'pause' } }),
    ]),
  ).toEqual([
    expect.stringMatching(/^2026-11-26 15:00:00 UTC: suspended: prices .*are checked$/),
    '2026-11-26 15:00:00 UTC: resumed',
    '2026-11-26 15:00:00 UTC: concurrency bound taken away',
    '2026-11-26 15:00:00 UTC: deadline set to 2026-11-27 06:00:00 UTC',
    '2026-11-26 15:00:00 UTC: budget set to 5 Pollen',
  ]);
});

it('tells the last few of a long story, and that there are more', () => {
  const lines = storyLines(
    Array.from({ length: 7 }, (_, index) => done({ kind: index % 2 === 0 ? 'suspend' : 'resume' })),
  );
  expect(lines).toHaveLength(6);
  expect(lines[0]).toContain('2 more');
});
