import { expect, it } from 'vitest';

import type { Running } from '../../../src/commands/runs/follow.ts';
import type { RunDetails } from '../../../src/commands/runs/get.ts';
import { detailsText, leftPausedText, planHead } from '../../../src/commands/render/run-text.ts';
import { emptyTally } from '../../../src/records/tally.ts';
import { run, samplePlan } from '../../support/samples.ts';

it('tells of items that have failed in a run that goes on as `watch` does, with its id in the remedy', () => {
  const runId = 'bees-0123456789';
  const details: RunDetails = {
    run: { prefix: 'runs', emulated: false, job: 'bees', runId },
    plan: undefined,
    sight: {
      kind: 'running',
      inFlight: 1,
      waits: [],
      view: {
        state: 'running',
        items: 3,
        tally: { ...emptyTally, failed: 1 },
        done: emptyTally,
        models: [],
        pages: { total: 1, done: 0, running: [0] },
        failures: [{ id: 'mirror', code: 'gateway', status: 502, remedy: 'Later `pollen-batch retry RUN`.' }],
      },
    },
    report: undefined,
    ending: undefined,
    budget: undefined,
    missing: [],
    story: [],
  };
  expect(
    detailsText({} as never, details)
      .split('\n')
      .slice(-2),
  ).toEqual(['Failed:', `  mirror: gateway (502). Later \`pollen-batch retry ${runId}\`.`]);
});

it('says of a retry which run it is of, and why, with what might move the cursor taken out', () => {
  const plan = samplePlan({ parent: { runId: 'bees-0', reason: 'it \u001b[2Jworks' } });
  expect(planHead(plan).split('\n')).toEqual([
    'bees-0a1b2c3d4e: 1 item for openai',
    'A retry of bees-0: what that has got is taken over.',
    'Why: it  [2Jworks',
  ]);
  expect(planHead(samplePlan({ parent: { runId: 'bees-0' } }))).not.toContain('Why');
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
    'bees-0a1b2c3d4e: paused. 1/4 · 0 Pollen · 2 under way',
    'paused: approval since 2026-01-02 03:04:05 UTC: the canary has ended. Approve it.',
  ]);
});
