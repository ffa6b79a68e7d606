import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, vi } from 'vitest';

import { plan } from '../../src/commands/plan/plan.ts';
import { readValidJob } from '../../src/commands/job/read-job.ts';
import { applySchedule } from '../../src/commands/schedule/apply-schedule.ts';
import { triggerSchedule } from '../../src/commands/schedule/change-schedule.ts';
import { parsePage } from '../../src/plan/pages.ts';
import type { RunOutcome } from '../../src/records/outcome.ts';
import { runKeys, type RunLocation } from '../../src/storage/keys.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { callsOf } from '../support/calls.ts';
import type { Harness } from '../support/harness.ts';
import { readOf } from '../support/job.ts';
import { temporaryFolder } from '../support/local-servers.ts';
import { test } from '../support/on-servers.ts';

const applying = { allowUnpriced: false, dryRun: false };

async function trigger(
  { client, session, finish }: Harness,
  job: string,
): Promise<{ readonly run: RunLocation; readonly outcome: RunOutcome }> {
  // A trigger is named by its second, and the last one shall have another.
  const second = Math.floor(Date.now() / 1_000);
  await vi.waitUntil(() => Math.floor(Date.now() / 1_000) > second, { timeout: 5_000, interval: 50 });
  const triggered = await triggerSchedule(client, job);
  if (triggered.kind !== 'started') throw new Error(`the trigger was ${triggered.kind}`);
  const run = { ...session.location, job, runId: triggered.runId };
  return { run, outcome: await finish(run) };
}

describe.concurrent('a schedule', { timeout: 240_000 }, () => {
  test('with newOnly calls what is new alone: nothing the second time, and one call for one row more', async ({
    open,
  }) => {
    const harness = await open();
    const { session, emulator, files } = harness;
    const data = await temporaryFolder();
    const file = join(data.path, 'table.yaml');
    const rows = join(data.path, 'c.csv');
    await writeFile(
      file,
      `version: 1
name: table
items:
  - { from: c.csv, id: "{{ row.sku }}", text: "One line about {{ row.name }}" }
schedule: { cron: "0 6 1 1 *", newOnly: true }
`,
    );
    await writeFile(rows, 'sku,name\na,lamp\nb,chair\n');
    await applySchedule(session, await readValidJob(file), applying);
    const first = await trigger(harness, 'table');
    expect(first.outcome).toMatchObject({ state: 'completed', tally: { succeeded: 2 } });
    expect(callsOf(emulator)).toHaveLength(2);

    const second = await trigger(harness, 'table');
    expect(second.run.runId).not.toBe(first.run.runId);
    expect(second.outcome).toMatchObject({
      state: 'completed',
      tally: { succeeded: 2, reused: 2, settled: '0' },
    });
    expect(callsOf(emulator)).toHaveLength(2);
    const seedsOf = async (run: RunLocation) => (await files(run).records()).map(({ seed }) => seed);
    expect(await seedsOf(second.run)).toEqual(await seedsOf(first.run));

    await writeFile(rows, 'sku,name\nc,table\na,lamp\nb,chair\n');
    await applySchedule(session, await readValidJob(file), applying);
    const third = await trigger(harness, 'table');
    expect(third.outcome).toMatchObject({ state: 'completed', tally: { succeeded: 3, reused: 2 } });
    const bodies = callsOf(emulator).map(({ body = '' }) => body);
    expect(bodies).toHaveLength(3);
    expect(bodies.at(-1)).toContain('One line about table');
    await data.remove();
  });

  test('with newOnly calls each night what a growing table in a bucket has new, changed, or not got yet', async ({
    open,
  }) => {
    const harness = await open();
    const { session, emulator, files } = harness;
    const { store } = session;
    const key = `${session.location.prefix}/rows.csv`;
    const write = (rows: string): Promise<void> =>
      store.put(key, `sku,name\n${rows}`, { contentType: 'text/csv' });
    const job = readOf(`
version: 1
name: growing
items:
  - { from: "s3://${store.bucket}/${key}", id: "{{ row.sku }}", text: "One line about {{ row.name }}" }
schedule: { cron: "0 6 1 1 *", newOnly: true }
`);
    let sent = 0;
    const night = async () => {
      const { run, outcome } = await trigger(harness, 'growing');
      const calls = callsOf(emulator);
      const asked = calls.slice(sent).map(({ body = '' }) => /about ([\w ]+)/.exec(body)?.[1]?.trim() ?? '');
      sent = calls.length;
      return { run, outcome, asked: asked.sort() };
    };

    await write('a,lamp\nb,chair [[fault:422:1]]\n');
    await applySchedule(session, job, applying);
    const first = await night();
    expect(first.asked).toEqual(['chair', 'lamp']);
    expect(first.outcome).toMatchObject({ tally: { succeeded: 1, failed: 1 } });

    await write('c,table\na,tall lamp\nb,chair [[fault:422:1]]\n');
    const second = await night();
    expect(second.asked).toEqual(['chair', 'table', 'tall lamp']);
    expect(second.outcome).toMatchObject({ state: 'completed', tally: { succeeded: 3 } });

    await write('c,table\na,tall lamp\nb,chair [[fault:422:1]]\nd,shelf\n');
    const third = await night();
    expect(third.asked).toEqual(['shelf']);
    expect(third.outcome).toMatchObject({ state: 'completed', tally: { succeeded: 4, reused: 3 } });
    const ids = (await files(third.run).records()).map(({ id }) => id);
    expect(ids).toEqual(['c', 'a', 'b', 'd']);
    expect((await verifyRun(store, third.run)).findings).toEqual([]);
  });

  test('sends the bytes that plan has shown, a schema in its own order among them', async ({ open }) => {
    const harness = await open();
    const { session, emulator } = harness;
    const reading = readOf(`
version: 1
name: facts
seed: stable
vars: { zone: z, area: a }
matrix: { size: [big, small], kind: [lamp] }
items:
  - text: "Facts of a {{ size }} {{ kind }}{% for one in vars %} {{ one[0] }}{% endfor %}"
    output:
      format: json
      schema: { type: object, required: [weight, age], properties: { weight: { type: number, minimum: 1 }, age: { type: integer } } }
  - text: Another fact
    params: { response_format: { type: json_object, strict: true, a: 1 } }
schedule: { cron: "0 6 1 1 *" }
`);
    const options = { show: 10, reuse: false, allowUnpriced: false, fresh: false };
    const seen = await plan({ ...session, close: () => {} }, reading, options);
    await applySchedule(session, reading, applying);
    const { run } = await trigger(harness, 'facts');
    const { digest } = await harness.files(run).plan();
    const page = await session.store.get(runKeys(run).page(digest, 0));
    const items = parsePage(Buffer.from(page?.body ?? '').toString('utf8'));
    const bytesOf = (item: unknown) => (item as { readonly request: { readonly body: string } }).request.body;
    const bodies = seen.requests.map(bytesOf);
    expect(items.map(bytesOf)).toEqual(bodies);
    expect(new Set(callsOf(emulator).map(({ body }) => body))).toEqual(new Set(bodies));
    expect(bodies[0]).toContain('"properties":{"weight":{"type":"number","minimum":1},"age"');
  });
});
