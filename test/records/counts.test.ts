import { describe, expect, it } from 'vitest';

import { addCounts, countsOf, noCounts, SAMPLED_FAILURES } from '../../src/records/counts.ts';
import { emptyTally } from '../../src/records/tally.ts';

const one = { ...emptyTally, succeeded: 1, settled: '0.1' };
const failure = (id: string) => ({ id, code: 'bad-request', status: 400, remedy: 'Correct it.' });

describe('counts of items', () => {
  it('add up by model, whatever the models are called', () => {
    const all = ['openai', '__proto__', 'openai', 'constructor'].map((model) => countsOf(model, one));
    expect(all.reduce(addCounts, noCounts).models).toEqual([
      { model: 'openai', done: 2, failed: 0, settled: '0.2' },
      { model: '__proto__', done: 1, failed: 0, settled: '0.1' },
      { model: 'constructor', done: 1, failed: 0, settled: '0.1' },
    ]);
  });

  it('name the last failed items, and no more than fit', () => {
    const all = Array.from({ length: 30 }, (_, index) =>
      countsOf('flux', { ...emptyTally, failed: 1 }, failure(`item-${index}`)),
    ).reduce(addCounts, noCounts);
    expect(all.failures).toHaveLength(SAMPLED_FAILURES);
    expect(all.failures?.at(-1)?.id).toBe('item-29');
    expect(all.models).toMatchObject([{ done: 30, failed: 30 }]);
  });

  it('count a cancelled item for no model', () => {
    expect(countsOf('flux', { ...emptyTally, cancelled: 1 }).models).toEqual([]);
  });

  it('take in what a page of an earlier version tells, which is the tally alone', () => {
    expect(addCounts({ tally: one }, { tally: one })).toEqual({
      tally: { ...emptyTally, succeeded: 2, settled: '0.2' },
      models: [],
      failures: [],
    });
  });
});
