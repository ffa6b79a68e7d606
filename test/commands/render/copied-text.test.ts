import { expect, it } from 'vitest';

import type { Ending } from '../../../src/commands/runs/ending.ts';
import { copiedText } from '../../../src/commands/render/copied-text.ts';
import { emptyTally } from '../../../src/records/tally.ts';

const run = { prefix: 'runs', emulated: true, job: 'bees', runId: 'bees-1b5f7979d2' };
const ending: Ending = {
  run,
  marker: { state: 'completed', endedAt: '2026-11-26T17:00:00Z' } as Ending['marker'],
  tally: { ...emptyTally, succeeded: 4 },
  plan: undefined,
  failures: [],
};
const session = {
  config: { store: { publicUrl: 'http://127.0.0.1:9000/pollen-batch' } } as never,
  uiUrl: 'http://127.0.0.1:8233',
  uiNamespace: 'default',
  store: { bucket: 'pollen-batch' },
};

it('says which stack the next commands need where the one of the run ends with it, and links to nothing there', () => {
  const lines = copiedText(session, ending, 'out/bees-1b5f7979d2', true).split('\n');
  expect(lines.slice(-3)).toEqual([
    'Results: out/bees-1b5f7979d2 (index.html, results.jsonl, items/, report.md, bill.jsonl)',
    'Next, with `pollen-batch dev` in another terminal:',
    '  pollen-batch bill bees-1b5f7979d2',
  ]);
});

it('links to files and UI where the servers go on, and asks for no stack', () => {
  const text = copiedText(session, ending, 'out/bees-1b5f7979d2', false);
  expect(text).toMatch(
    /\nFiles: http.*\nTemporal UI: http:\/\/127\.0\.0\.1:8233\/namespaces\/default\/workflows\/job%2Fbees-1b5f7979d2\nNext:\n  pollen-batch bill bees-1b5f7979d2$/,
  );
  expect(text).not.toContain('pollen-batch dev');
});
