import { expect, it } from 'vitest';

import type { Running } from '../../../src/commands/follow.ts';
import { faultWords, leftPausedText } from '../../../src/commands/render/run-text.ts';
import { emptyTally } from '../../../src/records/tally.ts';
import { run } from '../../support/samples.ts';

it('puts a full stop between what went wrong and what to do about it, and never two', () => {
  const remedy = 'Say in the prompt which JSON is wanted.';
  expect(faultWords({ message: 'the answer is none (length)', remedy })).toBe(
    `the answer is none (length). ${remedy}`,
  );
  expect(faultWords({ message: 'It failed.', remedy })).toBe(`It failed. ${remedy}`);
});

it('says how far a paused run is, why it is paused, and what to do', () => {
  const paused = {
    reason: 'approval',
    since: '2026-01-02T03:04:05.000Z',
    message: 'the canary has ended',
    remedy: 'Approve it.',
  } as const;
  const view = { state: 'paused', items: 4, tally: { ...emptyTally, succeeded: 1 }, paused: [paused] };
  const sight = { kind: 'running', view, inFlight: 2, waits: [] } as unknown as Running;
  expect(leftPausedText(run, sight).split('\n')).toEqual([
    'bees-0a1b2c3d4e: paused. 1/4 · 0 Pollen · 2 in flight',
    'paused: approval since 2026-01-02 03:04:05 UTC: the canary has ended. Approve it.',
  ]);
});
