import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { collect } from '../../src/commands/gc/collect.ts';
import { withDeletion } from '../../src/connect-store.ts';
import { findBinary } from '../../src/local/binaries.ts';
import { startGuard, type ChildGuard } from '../../src/local/child.ts';
import { seaweedStart } from '../../src/local/store-programs.ts';
import { readMarker } from '../../src/records/run-store.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { createS3Store, type S3Store } from '../../src/storage/s3.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { endRun } from '../support/end-run.ts';
import { testBinaries } from '../support/local-servers.ts';
import { api, run, succeeded } from '../support/samples.ts';

const bucket = 'pollen';
const identity = (name: string) => ({ accessKeyId: name, secretAccessKey: `${name}-secret` });
const json = { contentType: 'application/json' };
const waiting = { timeout: 60_000, interval: 200 };
const now = new Date('2026-03-01T00:00:00.000Z');

let guard: ChildGuard;
let folder: string;
let endpoint: string;
const storeOf = (name: string): S3Store =>
  createS3Store({ bucket, endpoint, credentials: identity(name), maxConcurrency: 8 });

/** SeaweedFS with one who may do all, one who reads and writes, and one who may do what the bucket's policy says alone. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pollen-batch-identities-'));
  const users = { admin: ['Admin', 'Read', 'Write', 'List'], writer: ['Read', 'Write', 'List'], eraser: [] };
  const identities = Object.entries(users).map(([name, actions]) => ({
    name,
    credentials: [{ accessKey: name, secretKey: `${name}-secret` }],
    actions,
  }));
  const config = join(folder, 's3.json');
  await writeFile(config, JSON.stringify({ identities }));
  guard = await startGuard();
  const { path } = await findBinary('weed', testBinaries('weed'));
  const start = await seaweedStart({
    folder: join(folder, 'objects'),
    credentials: identity('admin'),
    portsFile: undefined,
    tried: new Set(),
  });
  endpoint = `http://127.0.0.1:${start.port}`;
  await guard.start({
    name: 'SeaweedFS',
    command: path,
    arguments: [...start.arguments, `-s3.config=${config}`],
    environment: { HOME: folder },
    logFile: join(folder, 'weed.log'),
  });
  await vi.waitFor(() => storeOf('admin').createBucket(), waiting);
  const user = (name: string) => ({ AWS: [`arn:aws:iam::000000000000:user/${name}`] });
  const rule = (effect: string, name: string) => ({
    Effect: effect,
    Principal: user(name),
    Action: 's3:DeleteObject',
    Resource: [`arn:aws:s3:::${bucket}/*`],
  });
  const Statement = [rule('Deny', 'writer'), rule('Allow', 'eraser')];
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: identity('admin'),
  });
  await client.send(
    new PutBucketPolicyCommand({
      Bucket: bucket,
      Policy: JSON.stringify({ Version: '2012-10-17', Statement }),
    }),
  );
  // The server hears of its own policy a moment later.
  await vi.waitFor(
    () => expect(storeOf('writer').remove('none')).rejects.toMatchObject({ code: 'store-forbidden' }),
    waiting,
  );
}, 120_000);
afterAll(async () => {
  await guard?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe('an identity that may delete, beside one that may not', () => {
  it('deletes what the other one has written, and may do nothing else', async () => {
    const [writer, eraser] = [storeOf('writer'), storeOf('eraser')];
    await writer.put('a/b', 'x', json);
    await expect(eraser.get('a/b')).rejects.toMatchObject({ code: 'store-forbidden' });
    await expect(eraser.put('a/b', 'y', json)).rejects.toMatchObject({ code: 'store-forbidden' });
    await expect(writer.remove('a/b')).rejects.toMatchObject({ code: 'store-forbidden' });
    await eraser.remove('a/b');
    expect(await writer.get('a/b')).toBeUndefined();
  });

  it('collects a run, of which the other one changes nothing', async () => {
    const writer = storeOf('writer');
    const keys = runKeys(run);
    await writer.putOnce(
      keys.job,
      JSON.stringify({ version: 1, runId: run.runId, api, job: { name: run.job, entries: [] } }),
      json,
    );
    await endRun(writer, run, { from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:10:00.000Z' }, [
      succeeded(),
    ]);
    await writer.put(keys.record(0, 1, 'haiku'), '{}', json);

    await expect(collect(writer, run, true, now)).rejects.toMatchObject({ code: 'store-unusable' });
    expect((await readMarker(writer, run))?.collected).toBeUndefined();
    expect(await writer.head(keys.billRows)).toBeUndefined();

    const settings = { bucket, prefix: 'runs', endpoint, eraser: identity('eraser') };
    const deleting = withDeletion(writer, settings, 8);
    expect(await collect(deleting.store, run, true, now)).toMatchObject({
      kind: 'collected',
      keys: [keys.record(0, 1, 'haiku'), keys.part(0)],
    });
    deleting.close();
    expect(await verifyRun(writer, run)).toMatchObject({
      findings: [],
      collected: { kept: 'bill', leftOver: 0 },
    });
  });
});
