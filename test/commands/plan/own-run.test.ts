import { describe, expect, it } from 'vitest';

import { claim, claimOf } from '../../../src/commands/submit/claim-run.ts';
import { ownRun } from '../../../src/commands/plan/own-run.ts';
import type { Session } from '../../../src/commands/session/session.ts';
import { runKeys } from '../../../src/storage/keys.ts';
import { jobOf } from '../../support/job.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { api, run, samplePlan } from '../../support/samples.ts';

function bench() {
  const store = createMemoryStore();
  const { prefix, emulated } = run;
  // What a claim needs of a session.
  const session = { store, location: { prefix, emulated }, plannedApi: api } as unknown as Session;
  const job = jobOf('version: 1\nname: bees\nitems: [{ text: A bee }]\n');
  const planned = { plan: samplePlan(), inputs: [], hasFreshSeeds: false };
  const request = { job, planned, seedScope: '', options: { allowUnpriced: false } };
  const { run: own } = claimOf(session, request);
  return { store, session, request, own };
}

describe('the run of a job', () => {
  it('is new, and unfinished once it is claimed', async () => {
    const { session, request, own } = bench();
    expect((await ownRun(session, request)).run).toMatchObject({ runId: own.runId, state: 'new' });
    await claim(session, request, false);
    expect(await ownRun(session, request)).toMatchObject({ run: { state: 'unfinished' }, warnings: [] });
  });

  it.each([
    ['cut short', '{"version"'],
    ['no job file', '{}'],
    ['nothing', 'null'],
    ['a job without steps', '{"version":1,"runId":"x","api":{"id":"a"},"job":{"name":"x","entries":[null]}}'],
  ])('is said to be damaged where its job file is %s, and passed over by --new', async (_what, body) => {
    const { store, session, request, own } = bench();
    const { job: key } = runKeys(own);
    await store.put(key, body, { contentType: 'application/json' });
    expect(await ownRun(session, request)).toMatchObject({
      run: { runId: own.runId, state: 'unfinished' },
      warnings: [`${key} is damaged, or of an earlier version: \`submit\` makes another run with --new only`],
    });
    await expect(claim(session, request, false)).rejects.toMatchObject({
      code: 'store-unusable',
      message: `${key} is damaged, or of an earlier version`,
      remedy: 'Look for who changed the bucket; another run of the job is made with --new.',
    });
    expect(await claim(session, request, true)).toMatchObject({ run: { runId: `${own.runId}-r2` } });
  });
});
