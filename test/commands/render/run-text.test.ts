import { expect, it } from 'vitest';

import type { RunDetails } from '../../../src/commands/get.ts';
import { detailsText } from '../../../src/commands/render/run-text.ts';
import { emptyTally } from '../../../src/records/tally.ts';

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
