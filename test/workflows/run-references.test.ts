import { describe, expect, vi } from 'vitest';

import { resolveRun, resolveRunId } from '../../src/commands/runs/resolve-run.ts';
import { forgetRun } from '../support/forget-run.ts';
import type { Harness } from '../support/harness.ts';
import { test } from '../support/on-servers.ts';

const job = (name: string): string => `
version: 1
name: ${name}
items: [{ text: a bee }]
`;

/** Without a worker they are there, and cost nothing. */
async function openWithRuns(open: (options: { workers: number }) => Promise<Harness>) {
  const harness = await open({ workers: 0 });
  const [bees, again, wasps] = [
    await harness.submit(job('bees')),
    await harness.submit(job('bees'), { isNew: true }),
    await harness.submit(job('wasps')),
  ].map(({ run }) => run);
  if (bees === undefined || again === undefined || wasps === undefined) throw new Error('no runs');
  // The list of runs lags behind.
  await vi.waitFor(() => resolveRunId(harness.session.temporal, 'wasps'), { timeout: 30_000, interval: 100 });
  return { harness, bees, again, wasps };
}

describe.concurrent('a run that is named', () => {
  test('by its id, by its beginning or as the latest is found, with the store and by Temporal alone', async ({
    open,
  }) => {
    const { harness, bees, again, wasps } = await openWithRuns(open);
    const { session } = harness;
    const { temporal } = session;
    const named = {
      [bees.runId]: bees,
      [again.runId]: again,
      [again.runId.slice(0, -1)]: again,
      w: wasps,
      'wasps-': wasps,
      '@latest': wasps,
    };
    for (const [text, run] of Object.entries(named)) {
      expect(await resolveRun(session, text)).toEqual(run);
      expect(await resolveRunId(temporal, text)).toBe(run.runId);
    }
    const several = { code: 'usage', message: 'several runs begin with bees' };
    await expect(resolveRun(session, 'bees')).rejects.toMatchObject(several);
    await expect(resolveRunId(temporal, 'bees')).rejects.toMatchObject({
      ...several,
      details: expect.arrayContaining([bees.runId, again.runId]) as string[],
    });
    await expect(resolveRun(session, 'bumble')).rejects.toMatchObject({ code: 'not-found' });
    await expect(resolveRunId(temporal, 'bumble')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('is found in the bucket where Temporal has forgotten it; a short one that started later is the latest', async ({
    open,
  }) => {
    const { harness, bees, again, wasps } = await openWithRuns(open);
    const { session, handle } = harness;
    const { temporal } = session;
    // The server shows those that go on first.
    await handle(wasps).terminate();
    expect(await resolveRunId(temporal, '@latest')).toBe(wasps.runId);
    for (const run of [bees, again, wasps]) await forgetRun(temporal, run);
    await vi.waitFor(
      () => expect(resolveRunId(temporal, '@latest')).rejects.toMatchObject({ code: 'not-found' }),
      { timeout: 60_000, interval: 200 },
    );
    expect(await resolveRun(session, '@latest')).toEqual(wasps);
    expect(await resolveRun(session, 'wasp')).toEqual(wasps);
    await expect(resolveRun(session, 'bee')).rejects.toMatchObject({ code: 'usage' });
  });
});
