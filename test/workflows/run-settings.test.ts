import { describe, expect } from 'vitest';

import { keptSettingsText } from '../../src/commands/render/submitted.ts';
import { submit as submitTo } from '../../src/commands/submit/submit.ts';
import { readJobFile, type JobFile } from '../../src/records/run-store.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { claimedOnly } from '../support/claimed-only.ts';
import { callsOf } from '../support/calls.ts';
import { readOf } from '../support/job.ts';
import { test } from '../support/on-servers.ts';

const bees = `
version: 1
name: bees
labels: { team: design }
limits: { concurrency: 4 }
items:
  - { id: one, text: One bee, params: { max_tokens: 5 } }
`;
const wider = bees.replace('concurrency: 4', 'concurrency: 8');
const kept = [{ name: 'limits.concurrency', from: '4', to: '8' }];

describe('a job whose settings were edited', () => {
  test('comes back to its run, which keeps its own, and calls nothing again', async ({ open }) => {
    const { submit, finish, emulator, session } = await open();
    const first = await submit(bees);
    expect(first.keptSettings).toEqual([]);
    await finish(first.run);
    const again = await submit(wider);
    expect(again).toMatchObject({ run: first.run, status: 'ended', keptSettings: kept });
    expect(keptSettingsText(again.keptSettings)).toBe(
      'This run was submitted before with other settings, and keeps them: limits.concurrency 4, not 8. Make another run with --new.',
    );
    expect(callsOf(emulator)).toHaveLength(1);

    const other = await submit(wider, { isNew: true });
    expect(other).toMatchObject({
      run: { runId: `${first.run.runId}-r2` },
      keptSettings: [],
      plan: { concurrency: 8 },
    });
    await finish(other.run);
    expect(await readJobFile(session.store, other.run)).toMatchObject({
      job: { limits: { concurrency: 8 } },
    });
  });

  test('comes back to a run that may make calls of unknown price, without being allowed it again', async ({
    open,
  }) => {
    const { submit, session } = await open({ workers: 0 });
    const unpriced = bees.replace('max_tokens: 5', 'model: new-one');
    const { run } = await submit(unpriced, { allowUnpriced: true });
    const again = await submit(unpriced);
    expect(again).toMatchObject({
      run,
      status: 'attached',
      keptSettings: [{ name: 'allowUnpriced', from: 'true', to: 'false' }],
    });
    await expect(submit(unpriced, { isNew: true })).rejects.toMatchObject({ code: 'job-invalid' });
    await expect(submit(unpriced.replace('One bee', 'Two bees'))).rejects.toMatchObject({
      code: 'job-invalid',
    });
    // A claim alone is finished as it was claimed, and one that did not allow them is not.
    const claimed = await session.store.get(runKeys(run).job);
    for (const isAllowed of [true, false]) {
      const location = { ...session.location, prefix: `${session.location.prefix}/${String(isAllowed)}` };
      const there = { ...run, prefix: location.prefix };
      const file = JSON.parse(Buffer.from(claimed?.body ?? []).toString('utf8')) as JobFile;
      const body = JSON.stringify({ ...file, allowUnpriced: isAllowed });
      await session.store.putOnce(runKeys(there).job, body, { contentType: 'application/json' });
      const options = { isNew: false, allowUnpriced: false };
      const resumed = submitTo({ ...session, location }, readOf(unpriced), options);
      if (isAllowed) expect(await resumed).toMatchObject({ run: there, plan: { models: ['new-one'] } });
      else await expect(resumed).rejects.toMatchObject({ code: 'job-invalid' });
    }
  });

  test('makes another run with --new beside one that goes on with other settings', async ({ open }) => {
    const { submit } = await open({ workers: 0 });
    const { run } = await submit(bees);
    expect((await submit(bees, { isNew: true })).run.runId).toBe(`${run.runId}-r2`);
    expect((await submit(bees, { isNew: true })).run.runId).toBe(`${run.runId}-r2`);
    expect((await submit(wider, { isNew: true })).run.runId).toBe(`${run.runId}-r3`);
  });

  test('finishes a submit that died before it wrote the plan with the settings that were claimed', async ({
    open,
  }) => {
    const { submit, session } = await open({ workers: 0 });
    const { run } = await submit(bees);
    const { other, there } = await claimedOnly(session, run);
    const edited = wider.replace('team: design', 'team: words');
    const resumed = await submitTo(other, readOf(edited), { isNew: false, allowUnpriced: false });
    expect(resumed).toMatchObject({
      run: there,
      keptSettings: [{ name: 'labels', from: 'team=design', to: 'team=words' }, ...kept],
      plan: { concurrency: 4, labels: { team: 'design' } },
    });
  });
});
