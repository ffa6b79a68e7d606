import { describe, expect, it } from 'vitest';

import type { JournalEntry } from '../../src/emulator/index.ts';
import type { Bucket } from './bucket.ts';
import { checkBucket } from './check-bucket.ts';
import { whole } from './check-stack.ts';

const runId = 'bees-0123456789';

function bucketOf(...keys: readonly string[]): Bucket {
  return {
    keys: (prefix = '') => Promise.resolve(keys.filter((key) => key.startsWith(prefix))),
    get: () => Promise.resolve(Buffer.from('{}')),
    folder: () => Promise.resolve(new Map()),
    close: () => {},
  };
}

const entry = (seq: number, requestId: string): JournalEntry => ({
  seq,
  time: '2026-01-01T00:00:00.000Z',
  method: 'POST',
  path: '/v1/chat/completions',
  digest: '',
  keyKind: 'secret',
  requestId,
  status: 200,
  cache: 'miss',
  generated: true,
  charge: '0',
  inFlight: 1,
});

describe('a check of a bucket', () => {
  it('finds a run that has a job and no end, unless it is said that runs are left', async () => {
    const bucket = bucketOf(`emulated/${runId}/job.json`);
    const { runs, open, findings } = await checkBucket(bucket, []);
    expect([runs, open]).toEqual([[], [runId]]);
    expect(findings).toEqual([{ invariant: 'I1', of: runId, words: 'it has a job and no end' }]);
    expect((await checkBucket(bucket, [], { unfinished: 'it is stopped' })).findings).toEqual([]);
  });

  it('finds that the API was called for runs of which it has seen none', async () => {
    const { findings } = await checkBucket(bucketOf(), [entry(1, `${runId}-1-1`), entry(2, '')]);
    expect(findings).toEqual([expect.objectContaining({ invariant: 'I1', of: runId })]);
    expect((await checkBucket(bucketOf(), [entry(1, 'somebody-else')])).findings).toEqual([]);
  });

  it('tells how many runs it has held, below its folder alone', async () => {
    const bucket = bucketOf(`one/${runId}/job.json`, `one/${runId}/_SUCCESS`, 'two/bees-9876543210/_FAILED');
    expect(await checkBucket(bucket, [], { prefix: 'one/' })).toMatchObject({ runs: [runId], open: [] });
  });

  it('takes no journal that has lost its start', () => {
    expect(() => whole([entry(2, `${runId}-1-1`)])).toThrow('has forgotten its first requests');
    expect(whole([entry(2, ''), entry(1, '')])).toHaveLength(2);
    expect(whole([])).toEqual([]);
  });
});
