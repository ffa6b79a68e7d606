import type { Client } from '@temporalio/client';
import { describe, expect, vi } from 'vitest';

import { applySchedule } from '../../src/commands/schedule/apply-schedule.ts';
import { triggerSchedule } from '../../src/commands/schedule/change-schedule.ts';
import type { Session } from '../../src/commands/session/session.ts';
import { submit as submitTo } from '../../src/commands/submit/submit.ts';
import { sha256 } from '../../src/plan/digest.ts';
import type { PlannedPage } from '../../src/plan/plan.ts';
import { parsePage } from '../../src/plan/pages.ts';
import { beginRun } from '../../src/records/run-store.ts';
import { runKeys, type RunLocation } from '../../src/storage/keys.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { png } from '../pollinations/pictures.ts';
import { claimedOnly } from '../support/claimed-only.ts';
import { callsOf } from '../support/calls.ts';
import { readOf } from '../support/job.ts';
import { test } from '../support/on-servers.ts';
import { filesOf } from '../support/planning.ts';

const bees =
  'version: 1\nname: bees\nitems:\n  - { id: one, text: One bee }\n  - { id: two, text: Two bees, params: { seed: 5 } }\n';

const applying = { allowUnpriced: false, dryRun: false };

// Starts a run of a schedule, and waits until it is planned.
async function triggered(client: Client, session: Session, job: string): Promise<RunLocation> {
  const outcome = await triggerSchedule(client, job);
  if (outcome.kind !== 'started') throw new Error(`the trigger was ${outcome.kind}`);
  const run = { ...session.location, job, runId: outcome.runId };
  await vi.waitUntil(() => session.store.head(runKeys(run).plan), { timeout: 60_000, interval: 100 });
  return run;
}

async function itemsOf(store: ObjectStore, run: RunLocation): Promise<PlannedPage['items']> {
  const keys = runKeys(run);
  const plan = JSON.parse(Buffer.from((await store.get(keys.plan))?.body ?? []).toString()) as {
    digest: string;
  };
  return parsePage(Buffer.from((await store.get(keys.page(plan.digest, 0)))?.body ?? []).toString());
}

const seedsOf = async (store: ObjectStore, run: RunLocation): Promise<readonly unknown[]> =>
  (await itemsOf(store, run)).map((item) => 'seed' in item && item.seed);

describe('a run with fresh seeds', () => {
  test('draws them once: the same command comes back to it, and --new draws anew', async ({ open }) => {
    const { submit, finish, session, emulator } = await open();
    const first = await submit(bees, { fresh: true });
    const again = await submit(bees, { fresh: true });
    expect(again.run).toEqual(first.run);
    await finish(first.run);
    const other = await submit(bees, { fresh: true, isNew: true });
    await finish(other.run);

    expect(other.run.runId).toBe(`${first.run.runId}-r2`);
    const seeds = await seedsOf(session.store, first.run);
    const others = await seedsOf(session.store, other.run);
    expect([seeds[1], others[1]]).toEqual([5, 5]);
    expect(others[0]).not.toBe(seeds[0]);
    expect(emulator.meter().generations).toBe(3);
    await expect(submit(bees)).rejects.toThrow(
      `run ${first.run.runId} was submitted with new seeds for all of it (--fresh)`,
    );
  });

  test('keeps those that were drawn by a submit that died before it wrote the plan', async ({ open }) => {
    const { submit, finish, session } = await open();
    const { run } = await submit(bees, { fresh: true });
    await finish(run);
    const seeds = await seedsOf(session.store, run);
    const { other, there } = await claimedOnly(session, run);
    const options = { isNew: false, fresh: true, allowUnpriced: false };
    const resumed = await submitTo(other, readOf(bees), options);
    expect(resumed.run).toEqual(there);
    expect(await seedsOf(session.store, there)).toEqual(seeds);
  });

  test('are those of no other run where a submit died before it wrote the plan, unless it has begun', async ({
    open,
  }) => {
    const { submit, session } = await open({ workers: 0 });
    const { run } = await submit(bees);
    const options = { isNew: false, allowUnpriced: false };
    const sharedIn = async (place: Session, there: RunLocation): Promise<readonly boolean[]> => {
      expect((await submitTo(place, readOf(bees), options)).run).toEqual(there);
      return (await itemsOf(session.store, there)).map((item) => 'shared' in item);
    };
    // The second has a seed that anybody may have.
    const { other, there } = await claimedOnly(session, run);
    expect(await sharedIn(other, there)).toEqual([false, true]);

    const again = await claimedOnly(other, there);
    await beginRun(session.store, again.there, 'an execution', async () => undefined);
    expect(await sharedIn(again.other, again.there)).toEqual([true, true]);
  });
});

describe('a scheduled run', () => {
  test('has fresh seeds, and those of every other run where its job says so', async ({ open }) => {
    const { submit, session, client } = await open();
    const scheduled = `${bees}schedule: { cron: "0 6 1 1 *", overlap: ALLOW_ALL }\n`;
    const stable = await seedsOf(session.store, (await submit(bees)).run);
    const reading = readOf(scheduled);
    await applySchedule(session, reading, applying);
    const fresh = await triggered(client, session, 'bees');
    expect((await seedsOf(session.store, fresh))[0]).not.toBe(stable[0]);
    await applySchedule(session, { ...reading, job: { ...reading.job, seed: 'stable' } }, applying);
    const same = await triggered(client, session, 'bees');
    expect(await seedsOf(session.store, same)).toEqual(stable);
    const calls = await itemsOf(session.store, same);
    expect(calls.every((call) => 'shared' in call && call.shared)).toBe(true);
  });
});

describe('a job with a local picture', () => {
  const vision =
    'version: 1\nname: vision\nitems:\n  - { id: lamp, text: What is it?, images: [lamp.png, https://example.org/a.png] }\n';
  const lamp = png(8, 8);
  const files = filesOf({ 'lamp.png': lamp });

  test('sends it as a data URL, built from what was kept', async ({ open }) => {
    const { submit, finish, emulator, files: filesOfRun } = await open();
    const { run } = await submit(vision, { reading: { files } });
    expect(await finish(run)).toMatchObject({ state: 'completed', tally: { succeeded: 1 } });
    const [call, ...others] = callsOf(emulator);
    expect(others).toEqual([]);
    expect(JSON.parse(call?.body ?? '{}')).toMatchObject({
      messages: [
        {
          content: [
            { type: 'text', text: 'What is it?' },
            { image_url: { url: `data:image/png;base64,${lamp.toString('base64')}` } },
            { image_url: { url: 'https://example.org/a.png' } },
          ],
        },
      ],
    });
    expect(await filesOfRun(run).records()).toMatchObject([{ id: 'lamp', status: 'succeeded' }]);
  });

  test('keeps it with the run, and is another run with another picture', async ({ open }) => {
    const { submit, session } = await open({ workers: 0 });
    const submitWith = (bytes: Uint8Array) =>
      submit(vision, { reading: { files: filesOf({ 'lamp.png': bytes }) } });
    const { run } = await submitWith(lamp);
    const kept = await session.store.get(runKeys(run).input(sha256(lamp)));
    expect(kept?.body).toEqual(new Uint8Array(lamp));
    expect(kept?.contentType).toBe('image/png');
    const [item] = await itemsOf(session.store, run);
    expect(item).toMatchObject({ attachments: [{ sha256: sha256(lamp), contentType: 'image/png' }] });
    expect((await submitWith(lamp)).run).toEqual(run);
    expect((await submitWith(png(9, 9))).run.runId).not.toBe(run.runId);
  });

  test('is planned by its schedule from the picture that was kept when it was applied', async ({ open }) => {
    const { session, client } = await open();
    const reading = { ...readOf(`${vision}schedule: { cron: "0 6 1 1 *" }\n`), files };
    await applySchedule(session, reading, applying);
    const run = await triggered(client, session, 'vision');
    const input = await session.store.get(runKeys(run).input(sha256(lamp)));
    expect(input?.body).toEqual(new Uint8Array(lamp));
    expect(await itemsOf(session.store, run)).toMatchObject([{ attachments: [{ sha256: sha256(lamp) }] }]);
  });
});
