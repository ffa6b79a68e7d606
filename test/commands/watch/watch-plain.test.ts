import { expect, it } from 'vitest';

import type { Running } from '../../../src/commands/runs/follow.ts';
import { createLines } from '../../../src/commands/watch/watch-plain.ts';
import { emptyTally } from '../../../src/records/tally.ts';

it('the lines of a run that is watched add its budget up by what it has cost by now', () => {
  const unknown = { count: 1, atMost: '0.04' };
  const sight: Running = {
    kind: 'running',
    inFlight: 3,
    waits: [],
    view: {
      state: 'running',
      items: 40,
      tally: { ...emptyTally, succeeded: 12, settled: '0.21', unknown },
      done: emptyTally,
      models: [],
      pages: { total: 1, done: 0, running: [0] },
      failures: [],
    },
    budget: { amount: '2.5', spent: '0.15', unknown: '0', held: '0.4', left: '1.95' },
  };
  const said: string[] = [];
  createLines({ say: (line) => said.push(line) })(sight, undefined);
  expect(said).toEqual([
    '12/40 · 0.21 of 2.5 Pollen, 0.04 held for what is unknown, 0.3 held for calls, 1.95 left · 3 under way',
  ]);
});
