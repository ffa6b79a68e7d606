import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';

import { readValidJob } from '../../src/commands/job/read-job.ts';
import { applySchedule } from '../../src/commands/schedule/apply-schedule.ts';
import { triggerSchedule } from '../../src/commands/schedule/change-schedule.ts';
import { submit } from '../../src/commands/submit/submit.ts';
import { readJobFile, readPlan } from '../../src/records/run-store.ts';
import { keptInputKey, type RunLocation } from '../../src/storage/keys.ts';
import { callsOf } from '../support/calls.ts';
import type { Harness } from '../support/harness.ts';
import { temporaryFolder } from '../support/local-servers.ts';
import { test } from '../support/on-servers.ts';

const options = { allowUnpriced: false, isNew: false, fresh: false };

async function jobIn(folder: string, name: string, from: string, rest = ''): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  const item = `  - { from: "${from}", id: "{{ row.sku }}", text: "One line about {{ row.name }}" }`;
  await writeFile(file, `version: 1\nname: ${name}\nitems:\n${item}\n${rest}`);
  return file;
}

async function trigger({ client, session, finish }: Harness, job: string): Promise<RunLocation> {
  const outcome = await triggerSchedule(client, job);
  if (outcome.kind !== 'started') throw new Error(`the trigger was ${outcome.kind}`);
  const run = { ...session.location, job, runId: outcome.runId };
  await finish(run);
  return run;
}

function promptsOf({ emulator }: Harness): readonly string[] {
  return callsOf(emulator).map(({ body = '' }) => /One line about [^"]*/.exec(body)?.[0] ?? body);
}

describe.concurrent('a run of a data file', { timeout: 240_000 }, () => {
  test('is the same as long as the data is, and keeps what it was made of', async ({ open }) => {
    const harness = await open();
    const data = await temporaryFolder();
    const folder = data.path;
    const file = await jobIn(folder, 'table', 'c.csv');
    const submitted = async () => submit(harness.session, await readValidJob(file), options);
    await writeFile(join(folder, 'c.csv'), 'sku,name\na,lamp\nb,chair\n');
    const { run, plan } = await submitted();
    expect(plan).toMatchObject({ items: 2, sources: [{ path: 'c.csv', bytes: 24 }] });
    expect(await readJobFile(harness.session.store, run)).toMatchObject({ sources: plan.sources });
    expect(await harness.finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 2 } });
    expect((await submitted()).run).toEqual(run);
    await writeFile(join(folder, 'c.csv'), 'sku,name\na,lamp\nb,table\n');
    expect((await submitted()).run.runId).not.toBe(run.runId);
    await data.remove();
  });

  test('of a schedule reads local data as it was when it was applied, and objects as they are', async ({
    open,
  }) => {
    const harness = await open();
    const { store } = harness.session;
    const data = await temporaryFolder();
    const folder = data.path;
    const schedule = 'schedule: { cron: "0 6 * * *" }\n';
    const local = await jobIn(folder, 'local', 'c.csv', schedule);
    await writeFile(join(folder, 'c.csv'), 'sku,name\na,lamp\n');
    await applySchedule(harness.session, await readValidJob(local), { allowUnpriced: false, dryRun: false });
    await data.remove();
    const run = await trigger(harness, 'local');
    expect(promptsOf(harness)).toEqual(['One line about lamp']);
    const { sources = [] } = (await readPlan(store, run)) ?? {};
    const kept = await store.get(keptInputKey(run, sources[0]?.sha256 ?? ''));
    expect(Buffer.from(kept?.body ?? '').toString()).toBe('sku,name\na,lamp\n');

    const other = await temporaryFolder();
    const key = `${harness.session.location.prefix}/rows.jsonl`;
    const write = (name: string): Promise<void> =>
      store.put(key, JSON.stringify({ sku: 'a', name }), { contentType: 'application/x-ndjson' });
    await write('chair');
    const remote = await jobIn(other.path, 'remote', `s3://${store.bucket}/${key}`, schedule);
    await applySchedule(harness.session, await readValidJob(remote), { allowUnpriced: false, dryRun: false });
    await write('table');
    const night = await trigger(harness, 'remote');
    expect(promptsOf(harness)).toEqual(['One line about lamp', 'One line about table']);
    const [source] = (await readJobFile(store, night))?.sources ?? [];
    expect(source).toMatchObject({
      path: `s3://${store.bucket}/${key}`,
      version: expect.stringMatching(/./),
    });
    await other.remove();
  });
});
