import { expect, it } from 'vitest';

import { gateLines } from '../../../src/commands/render/gates-text.ts';

const auto = { items: 10, approve: 'auto', maxFailureRate: 0 } as const;

it('says what a canary waits for', () => {
  expect(gateLines({ items: 200 })).toEqual([]);
  expect(gateLines({ items: 200, canary: auto })).toEqual([
    'Canary: the first 10 of 200 items alone; the others when none of these has failed, else when somebody approves them.',
  ]);
  expect(gateLines({ items: 200, canary: { ...auto, maxFailureRate: 0.07, maxCost: '0.05' } })).toEqual([
    'Canary: the first 10 of 200 items alone; the others when 7 % of these have failed at most and they cost 0.05 Pollen at most, else when somebody approves them.',
  ]);
  expect(gateLines({ items: 200, canary: { ...auto, approve: 'manual' } })).toEqual([
    'Canary: the first 10 of 200 items alone; the others when somebody approves them.',
  ]);
  expect(gateLines({ items: 10, canary: auto })).toEqual([
    'Canary: it is as large as the job, so that nothing waits for it.',
  ]);
});

it('says when a run ends before its time', () => {
  expect(gateLines({ items: 1, deadline: 5_400_000, failFast: { rate: 0.5, window: 20 } })).toEqual([
    'Deadline: 90m after the run is made; what is left then is not made.',
    'Fail-fast: the run stops when 50 % of the last 20 items have failed.',
  ]);
});
