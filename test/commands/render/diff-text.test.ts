import { describe, expect, it } from 'vitest';

import type { ComparedRuns } from '../../../src/commands/diff/diff.ts';
import { diffText } from '../../../src/commands/render/diff-text.ts';
import { api } from '../../support/samples.ts';

const nothing = { count: 0, atMost: '0' };
const side = (runId: string, settled: string): ComparedRuns['first'] => ({
  runId,
  job: 'bees',
  state: 'completed',
  api,
  items: 40,
  endedAt: '2026-01-02T03:04:05.000Z',
  cost: { settled, unknown: nothing },
});
const diff: ComparedRuns = {
  first: side('bees-0a1b2c3d4e', '0.5'),
  second: side('bees-1a1b2c3d4e', '0.75'),
  isSameApi: true,
  difference: '0.25',
  models: [
    {
      model: 'openai',
      kind: 'text',
      first: { attempts: 40, cost: { settled: '0.5', unknown: nothing }, medianMs: 820, p95Ms: 1_900 },
      second: { attempts: 40, cost: { settled: '0.75', unknown: { count: 1, atMost: '1' } } },
    },
    {
      model: 'new\u001B[31m',
      kind: 'text',
      second: { attempts: 1, cost: { settled: '0', unknown: nothing } },
    },
  ],
  added: Array.from({ length: 30 }, (_, index) => ({ id: `item-${index}`, state: 'succeeded' })),
  gone: [],
  changed: [
    { id: 'haiku', changes: ['request', 'state'], first: 'succeeded', second: 'failed (bad-request)' },
    { id: 'lamp', changes: ['result'], first: 'succeeded', second: 'succeeded' },
  ],
  counts: { added: 30, gone: 0, request: 1, result: 1, state: 1, unchanged: 8 },
};

describe('two runs as people see them', () => {
  it('are side by side, with a few items of each kind of difference and a count of the rest', () => {
    const text = diffText(diff, 2, 80);
    expect(text).toMatchInlineSnapshot(`
      "        RUN              STATE      ITEMS  ENDED (UTC)
      first   bees-0a1b2c3d4e  completed  40     2026-01-02 03:04:05
      second  bees-1a1b2c3d4e  completed  40     2026-01-02 03:04:05

      30 added, 0 gone, 1 with another request, 1 with another result, 1 with another
      end, 8 unchanged.

      Added:
        item-0  succeeded
        item-1  succeeded
        … and 28 more; --limit shows more, -o json all of them

      Changed:
        haiku  request, state: succeeded -> failed (bad-request)
        lamp  result

      Cost: 0.5 Pollen, then 0.75 Pollen (+0.25).
      MODEL            POLLEN  THEN              MEDIAN  THEN
      openai (text)    0.5     0.75 + 1 unknown  0.8 s   -
      new [31m (text)  -       0                 -       -"
    `);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(text).not.toMatch(/[\p{Cc}](?<!\n)/u);
  });

  it('say that nothing differs, and what makes requests differ anyway', () => {
    const same = { ...diff, added: [], changed: [], counts: { ...diff.counts, added: 0 }, difference: '0' };
    expect(diffText(same, 9)).toContain('The same: 8 items, each with the same request, result and end.');
    expect(diffText(same, 9)).toContain('(the same).');
    const other = { ...diff, isSameApi: false, second: { ...diff.second, job: 'wasps' } };
    expect(diffText(other, 9)).toContain('They asked two APIs: every request is another one.');
    expect(diffText(other, 9)).toContain('They are runs of two jobs');
  });
});
