import { expect, it } from 'vitest';

import type { Ending } from '../../../src/commands/runs/ending.ts';
import { nextLines } from '../../../src/commands/render/next-text.ts';
import { emptyTally, type Tally } from '../../../src/records/tally.ts';

function endingOf(tally: Partial<Tally>, failed: readonly string[] = [], gone = false): Ending {
  return {
    run: { runId: 'bees-1b5f7979d2' },
    marker: gone ? { collected: { at: '2026-03-01T00:00:00.000Z' } } : {},
    tally: { ...emptyTally, ...tally },
    failures: failed.map((id) => ({ id })),
  } as unknown as Ending;
}

it('names the commands that come next: results, and bill', () => {
  expect(nextLines(endingOf({ succeeded: 4 }), false)).toEqual([
    'Next:',
    '  pollen-batch results bees-1b5f7979d2',
    '  pollen-batch bill bees-1b5f7979d2',
  ]);
});

it('names retry and explain where items have failed, and no results where these are here', () => {
  expect(nextLines(endingOf({ succeeded: 2, failed: 2 }, ['hero', 'vase']), true)).toEqual([
    'Next:',
    '  pollen-batch retry bees-1b5f7979d2',
    '  pollen-batch explain bees-1b5f7979d2 hero',
    '  pollen-batch bill bees-1b5f7979d2',
  ]);
});

it('names the bill alone where the results were collected', () => {
  expect(nextLines(endingOf({ failed: 1 }, [], true), false)).toEqual([
    'Next:',
    '  pollen-batch bill bees-1b5f7979d2',
  ]);
});

it('names retry where items are left, as after a stop or a deadline', () => {
  for (const tally of [{ cancelled: 1 }, { expired: 1 }])
    expect(nextLines(endingOf(tally), true)).toContain('  pollen-batch retry bees-1b5f7979d2');
});
