import { describe, expect, it } from 'vitest';

import { layOver, readCorrections, writeCorrection, type Correction } from '../../src/records/corrections.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { now, run } from '../support/samples.ts';

const unknown = { amount: '0.5', certainty: 'unknown' } as const;
const exact = { amount: '0.2', certainty: 'exact' } as const;

function correction(settled: Correction['settled']): Correction {
  return { version: 1, runId: run.runId, at: now.toISOString(), source: 'usage', settled };
}
const first = correction([{ number: 1, id: 'haiku', attempt: 2, was: unknown, now: exact }]);

describe('a correction', () => {
  it('settles the attempt that it names, once, and leaves every other as it is', () => {
    const correct = layOver([first]);
    expect(correct({ number: 1, attempt: 1 }, unknown)).toBe(unknown);
    expect(correct({ number: 1, step: 'shot', attempt: 2 }, unknown)).toBe(unknown);
    expect(correct({ number: 1, attempt: 2 }, exact)).toBe(exact);
    expect(correct({ number: 1, attempt: 2 }, { amount: '0.6', certainty: 'unknown' }).certainty).toBe(
      'unknown',
    );
    expect(correct({ number: 1, attempt: 2 }, unknown)).toEqual(exact);
    expect(correct({ number: 1, attempt: 2 }, unknown)).toBe(unknown);
  });

  it('is written once under the next number, and not over one that came first', async () => {
    const store = createMemoryStore();
    expect(await writeCorrection(store, run, first, 0)).toBe(true);
    expect(await writeCorrection(store, run, first, 0)).toBe(true);
    expect(await writeCorrection(store, run, correction([]), 0)).toBe(false);
    expect(await writeCorrection(store, run, correction([]), 1)).toBe(true);
    expect(store.keys()).toEqual([runKeys(run).correction(1), runKeys(run).correction(2)]);
    expect(runKeys(run).correction(1)).toBe(`${runKeys(run).root}corrections/00001.json`);
    expect(await readCorrections(store, run)).toEqual([first, correction([])]);
  });

  it('that is damaged is named, and not passed over', async () => {
    const store = createMemoryStore();
    const json = { contentType: 'application/json' };
    await store.put(runKeys(run).correction(1), '{"settled":[{}]}', json);
    await expect(readCorrections(store, run)).rejects.toMatchObject({
      code: 'store-unusable',
      message: expect.stringContaining('corrections/00001.json'),
    });
    await store.put(runKeys(run).correction(1), '{', json);
    await expect(readCorrections(store, run)).rejects.toMatchObject({ code: 'store-unusable' });
  });
});
