import { describe, expect, it } from 'vitest';

import { lookAtBalance } from '../../src/activities/look-at-balance.ts';
import { createSecret } from '../../src/pollinations/secret.ts';
import { api, now, samplePlan } from '../support/samples.ts';

const key = createSecret('sk_0123456789abcdef0123456789abcdef');
const parts = {
  balance: () => Promise.resolve({ kind: 'balance', pollen: '5' } as const),
  now: () => now,
};

describe('a look at the balance of a run’s key', () => {
  it('says which key it is of, and nothing of the key; the same key has another digest in another run', async () => {
    const reading = await lookAtBalance({ ...parts, key }, samplePlan());
    expect(reading).toMatchObject({ pollen: '5', keyDigest: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(await lookAtBalance({ ...parts, key }, samplePlan())).toEqual(reading);
    const other = createSecret('sk_another');
    const others = [
      await lookAtBalance({ ...parts, key }, samplePlan({ runId: 'bees-1' })),
      await lookAtBalance({ ...parts, key: other }, samplePlan()),
    ];
    for (const one of others) expect(one?.keyDigest).not.toBe(reading?.keyDigest);
  });

  it('is not made where the balance may be a wallet that refills, or no key is sent', async () => {
    const refuse = { ...parts, balance: () => Promise.reject(new Error('not asked for')) };
    for (const dialect of ['enter', 'enter-v1'] as const) {
      const plan = samplePlan({ api: { ...api, dialect } });
      expect(await lookAtBalance({ ...refuse, key }, plan)).toBeUndefined();
    }
    expect(await lookAtBalance(refuse, samplePlan())).toBeUndefined();
  });
});
