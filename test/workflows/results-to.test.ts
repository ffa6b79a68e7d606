import { randomUUID } from 'node:crypto';

import { describe, expect } from 'vitest';

import { copyRunTo } from '../../src/commands/results/copy-to.ts';
import { openEnded } from '../../src/commands/results/results.ts';
import { connectStore } from '../../src/connect-store.ts';
import type { StoreSettings } from '../../src/config.ts';
import { runKeys, type RunLocation } from '../../src/storage/keys.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import type { S3Store } from '../../src/storage/s3.ts';
import { StoreError } from '../../src/storage/store-error.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import type { Harness } from '../support/harness.ts';
import { test } from '../support/on-servers.ts';
import { spoiltJob } from '../verify/spoiling.ts';

function settingsOf({ session }: Harness): StoreSettings {
  const { store } = session.config;
  if (store === undefined) throw new Error('the tests have a store');
  return store;
}

async function otherBucket(harness: Harness): Promise<S3Store> {
  const store = connectStore({ ...settingsOf(harness), bucket: `copies-${randomUUID()}` }, 32);
  await store.createBucket();
  return store;
}

async function bodiesOf(store: ObjectStore, run: RunLocation): Promise<ReadonlyMap<string, string>> {
  const { root } = runKeys(run);
  const bodies = new Map<string, string>();
  for await (const { key } of store.list(root)) {
    bodies.set(key.slice(root.length), Buffer.from((await store.get(key))?.body ?? '').toString('base64'));
  }
  return bodies;
}

async function linesOf(store: ObjectStore, run: RunLocation): Promise<readonly unknown[]> {
  const lines: unknown[] = [];
  for await (const line of (await openEnded(store, run)).lines()) lines.push(line);
  return lines;
}

describe.concurrent('results --to', { timeout: 400_000 }, () => {
  test('copies a run byte by byte to another bucket, and with its keys to another prefix, where it is as good', async ({
    open,
  }) => {
    const harness = await open();
    const { submit, finish, session, emulator } = harness;
    const { store } = session;
    const { run } = await submit(spoiltJob);
    await finish(run);
    const other = await otherBucket(harness);
    const before = await bodiesOf(store, run);
    const copy = (to: string) => copyRunTo(store, settingsOf(harness), run, to);

    const same = await copy(`s3://${other.bucket}/${run.prefix}`);
    expect(same).toMatchObject({
      copied: before.size,
      kept: 0,
      folder: `s3://${other.bucket}/${runKeys(run).root}`,
    });
    expect(await bodiesOf(other, run)).toEqual(before);
    expect(await verifyRun(other, run)).toMatchObject({ ended: 6, findings: [] });

    for (const prefix of ['', 'archive/2026']) {
      const moved = { ...run, prefix };
      const to = `s3://${other.bucket}/${prefix}`;
      expect(await copy(to)).toMatchObject({ copied: before.size, kept: 0 });
      expect(await copy(`${to}/`)).toMatchObject({ copied: 0, kept: before.size });
      const after = await bodiesOf(other, moved);
      expect([...after.keys()]).toEqual([...before.keys()]);
      expect(await verifyRun(other, moved)).toMatchObject({
        state: 'completed_with_failures',
        items: 6,
        ended: 6,
        objects: before.size,
        cost: { settled: emulator.meter().charged },
        findings: [],
      });
      const text = JSON.stringify(await linesOf(other, moved));
      expect(text).not.toContain(runKeys(run).root);
      expect(text.replaceAll(runKeys(moved).root, runKeys(run).root)).toBe(
        JSON.stringify(await linesOf(store, run)),
      );
    }
    other.close();
  });

  test('goes on where it was interrupted, and has its marker last', async ({ open }) => {
    const harness = await open();
    const { submit, finish, session } = harness;
    const { run } = await submit(spoiltJob);
    await finish(run);
    const other = await otherBucket(harness);
    const size = (await bodiesOf(session.store, run)).size;
    const to = `s3://${other.bucket}/copies`;
    let reads = 0;
    const breaking: ObjectStore = {
      ...session.store,
      get: (key, options) => {
        if (key.includes('/items/') && (reads += 1) > 8)
          return Promise.reject(new StoreError('store-unavailable', 'gone'));
        return session.store.get(key, options);
      },
    };
    const settings = settingsOf(harness);
    await expect(copyRunTo(breaking, settings, run, to)).rejects.toMatchObject({ code: 'store-unreachable' });
    const half = await bodiesOf(other, { ...run, prefix: 'copies' });
    expect([...half.keys()]).not.toContain('_FAILED');
    expect(half.size).toBeGreaterThan(4);
    expect(await copyRunTo(session.store, settings, run, to)).toMatchObject({
      copied: size - half.size,
      kept: half.size,
    });
    expect(await verifyRun(other, { ...run, prefix: 'copies' })).toMatchObject({ findings: [] });
    other.close();
  });

  test('says what stands in its way: itself, no bucket, another run, damage, no end', async ({ open }) => {
    const harness = await open();
    const { submit, finish, session } = harness;
    const { store } = session;
    const settings = settingsOf(harness);
    const { run } = await submit(spoiltJob);
    const refused = async (to: string, from: RunLocation = run): Promise<unknown> =>
      copyRunTo(store, settings, from, to).then(
        () => undefined,
        (error: unknown) => error,
      );
    const other = await otherBucket(harness);
    const { run: unfinished } = await submit(
      'version: 1\nname: long\nitems: [{ id: a, text: "[[latency:60000]] a bee" }]\n',
    );
    expect(await refused(`s3://${other.bucket}/x`, unfinished)).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('has not ended'),
    });
    await finish(run);

    expect(await refused(`s3://${store.bucket}/${run.prefix}/`)).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('is in s3://'),
    });
    expect(await refused('s3://no-such-bucket-here/x')).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('there is no bucket no-such-bucket-here'),
      remedy: 'Create it, or correct --to.',
    });

    // The same job, run again elsewhere, has the same id.
    const json = { contentType: 'application/json' };
    const there = runKeys({ ...run, prefix: 'taken' });
    const marker = JSON.stringify({ endedAt: '2020-01-01T00:00:00.000Z' });
    await other.put(there.success, marker, json);
    expect(await refused(`s3://${other.bucket}/taken`)).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('another execution of run'),
    });
    const going = runKeys({ ...run, prefix: 'going' });
    await other.put(going.begun, '{"version":1,"execution":"another"}\n', json);
    expect(await refused(`s3://${other.bucket}/going`)).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('begun.json is there already'),
    });

    const { key } = (await harness.files(run).records()).flatMap((record) =>
      record.status === 'succeeded' && record.artifact !== undefined ? [record.artifact] : [],
    )[0] ?? { key: '' };
    await store.put(key, 'changed', json);
    expect(await refused(`s3://${other.bucket}/damaged`)).toMatchObject({
      code: 'store-unusable',
      message: expect.stringContaining('is damaged'),
    });
    other.close();
  });
});
