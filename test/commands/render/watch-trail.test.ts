import { expect, it } from 'vitest';

import type { Running } from '../../../src/commands/runs/follow.ts';
import { createTrail } from '../../../src/commands/render/watch-trail.ts';
import type { Pause } from '../../../src/workflows/pauses.ts';

const at = (second: number): Date => new Date(Date.UTC(2026, 10, 26, 6, 51, second));
const credit: Pause = {
  reason: 'credit',
  since: at(0).toISOString(),
  message: 'the account is out of credit (402)',
  remedy: 'Top up the balance.',
};
const paused = (...pauses: readonly Pause[]): Running =>
  ({ kind: 'running', inFlight: 0, waits: [], view: { paused: pauses } }) as unknown as Running;

it('says once that a pause is over, how long it lasted, and why it was', () => {
  const over = createTrail();
  expect(over(paused(credit), undefined, at(5))).toEqual([]);
  expect(over(paused(credit), undefined, at(6))).toEqual([]);
  expect(over(paused(), undefined, at(30))).toEqual([
    '06:51:30 UTC: over after 30 s: paused: credit: the account is out of credit (402)',
  ]);
  expect(over(paused(), undefined, at(31))).toEqual([]);
});

it('says that a run answers again, and does not take its silence for the end of a pause', () => {
  const over = createTrail();
  over(paused(credit), undefined, at(5));
  expect(over(undefined, undefined, at(6))).toEqual([]);
  expect(over(undefined, 'Temporal does not answer', at(10))).toEqual([]);
  expect(over(undefined, 'Temporal does not answer', at(15))).toEqual([]);
  expect(over(paused(credit), undefined, at(22))).toEqual([
    '06:51:22 UTC: over after 12 s: no answer: Temporal does not answer',
  ]);
  expect(over(paused(), undefined, at(25))).toHaveLength(1);
});
