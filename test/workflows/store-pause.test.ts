import { describe, expect, vi } from 'vitest';

import { StoreError } from '../../src/storage/store-error.ts';
import { runViewQuery } from '../../src/workflows/messages.ts';
import { callsInFlight, callsOf } from '../support/calls.ts';
import { test } from '../support/on-servers.ts';

const waiting = { timeout: 90_000, interval: 50 };

describe('a run whose bucket may not be written to for a while', () => {
  test('pauses for the store, and stores every answer that it has paid for: no call is made twice', async ({
    open,
  }) => {
    let isForbidden = false;
    const harness = await open({
      // A second generation would be charged, and be another text.
      emulator: { cacheMode: 'none', latency: { kind: 'fixed', ms: 100 } },
      lanes: [{ name: 'all', concurrency: 4 }],
      beforeWrite(key) {
        if (isForbidden && key.includes('/items/'))
          throw new StoreError('store-forbidden', 'no', { status: 403 });
      },
    });
    const { emulator } = harness;
    const prompts = Array.from({ length: 30 }, (_, index) => `bee ${index}`).join(', ');
    const { run } = await harness.submit(
      `version: 1\nname: forbidden\nitems:\n  - prompts: [${prompts}]\n  - { id: late, text: 'Late [[fault:cut-close:1]]' }\n`,
    );
    await vi.waitFor(() => expect(callsOf(emulator).length).toBeGreaterThanOrEqual(8), waiting);
    isForbidden = true;
    await vi.waitFor(async () => {
      expect(await harness.handle(run).query(runViewQuery)).toMatchObject({
        state: 'paused',
        paused: [
          {
            reason: 'store',
            message: expect.stringContaining('(store-forbidden)'),
            remedy: expect.stringContaining('the right to write into the bucket'),
          },
        ],
      });
    }, waiting);
    await vi.waitFor(async () => expect(await callsInFlight(emulator)).toBe(0), waiting);
    const { generations } = emulator.meter();
    expect(generations).toBeLessThan(31);
    isForbidden = false;

    expect(await harness.finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 31 } });
    // The one whose answer was cut off is the only one that was asked for twice.
    expect(callsOf(emulator)).toHaveLength(32);
    const records = await harness.files(run).records();
    expect(records.filter(({ id, attempts }) => id !== 'late' && attempts.length !== 1)).toEqual([]);
  });
});
