import { createHash } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { collect } from '../../src/commands/gc/collect.ts';
import { emulatorKeys, startEmulator, type Emulator } from '../../src/emulator/index.ts';
import { findOnPath } from '../../src/local/binaries.ts';
import { runKeys, type RunLocation } from '../../src/storage/keys.ts';
import { withEraser } from '../../src/storage/erasable-store.ts';
import { createS3Store, type S3Store } from '../../src/storage/s3.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { assumeRole, type RoleCredentials } from '../support/assume-role.ts';
import {
  startTestStore,
  startTestTemporal,
  temporaryFolder,
  type TestStore,
  type TestTemporal,
} from '../support/local-servers.ts';
import { sampleJob } from '../support/sample-job.ts';
import { spawnCommand } from '../support/spawn-command.ts';

const minio = process.env['MINIO_BINARY'] ?? (await findOnPath('minio', process.env['PATH'] ?? ''));
if (minio === undefined) {
  console.warn('Policies are not tried: MinIO is not on PATH, and MINIO_BINARY does not name it.');
}
const guide = readFileSync(new URL('../../docs/retention.md', import.meta.url), 'utf8');
const bucket = 'least';

/** The policy of the guide by the word behind its fence, for the bucket and prefix of this test. */
function policy(name: string): string {
  const text = new RegExp(`\`\`\`json ${name}\n([^]*?)\`\`\``).exec(guide)?.[1] ?? '';
  return text.replaceAll('BUCKET', bucket).replaceAll('PREFIX', 'runs');
}

describe.skipIf(minio === undefined)('the policies that docs/retention.md gives, on MinIO', () => {
  let temporal: TestTemporal;
  let server: TestStore;
  let emulator: Emulator;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const roles: Record<string, RoleCredentials> = {};
  const running: ChildProcess[] = [];
  let run: RunLocation;

  const storeOf = (name: string): S3Store =>
    createS3Store({ bucket, endpoint: server.endpoint, credentials: role(name), maxConcurrency: 4 });

  function role(name: string): RoleCredentials {
    const found = roles[name];
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  }

  function start(as: string, ...parameters: readonly string[]) {
    const { accessKeyId, secretAccessKey, sessionToken } = role(as);
    const environment = {
      TEMPORAL_ADDRESS: temporal.address,
      S3_ENDPOINT: server.endpoint,
      S3_BUCKET: bucket,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      POLLINATIONS_BASE_URL: emulator.url,
      POLLINATIONS_API_KEY: emulatorKeys.secret,
      POLLEN_BATCH_RPS: 'none',
    };
    const command = spawnCommand(parameters, environment, folder.path);
    running.push(command.child);
    return command;
  }

  async function does(as: string, ...parameters: readonly string[]) {
    const { said, ended } = start(as, ...parameters);
    return { code: await ended, ...said };
  }

  beforeAll(async () => {
    if (minio === undefined) return;
    [temporal, server, emulator, folder] = await Promise.all([
      startTestTemporal(),
      startTestStore({ kind: 'minio', path: minio }),
      startEmulator(),
      temporaryFolder(),
    ]);
    const { endpoint, credentials } = server;
    const root = createS3Store({ bucket, endpoint, credentials, maxConcurrency: 1 });
    await root.createBucket();
    await root.put('others/secret', 'x', { contentType: 'text/plain' });
    root.close();
    for (const name of ['writer', 'reader', 'eraser']) {
      roles[name] = await assumeRole(endpoint, credentials, policy(name));
    }
    const worker = start('writer', 'worker');
    await vi.waitFor(() => expect(worker.said.error).toContain('worker ready'), {
      timeout: 60_000,
      interval: 100,
    });
    const file = join(folder.path, 'job.yaml');
    await writeFile(file, sampleJob({ name: 'least', texts: 6, images: 2 }));
    const submitted = await does('writer', 'submit', file, '--watch', '-o', 'json');
    expect(submitted.code, submitted.error).toBe(0);
    const { runId } = JSON.parse(submitted.out) as { runId: string };
    run = { prefix: 'runs', emulated: true, job: 'least', runId };
  }, 180_000);
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await emulator?.close();
    await temporal?.stop();
    await server?.stop();
    await folder?.remove();
  });

  it('are enough for a whole run and for the doctor, and give nothing beyond the prefix', async () => {
    const doctor = await does('writer', 'doctor', '-o', 'json');
    const checks = JSON.parse(doctor.out) as { part: string; state: string }[];
    expect(checks.filter(({ part, state }) => part === 'Store' && state !== 'ok')).toEqual([]);
    const writer = storeOf('writer');
    await expect(writer.get('others/secret')).rejects.toMatchObject({ code: 'store-forbidden' });
    await expect(writer.put('others/new', 'x', { contentType: 'text/plain' })).rejects.toMatchObject({
      code: 'store-forbidden',
    });
    writer.close();
  });

  it('let whoever writes delete nothing, and the command says so before anything has changed', async () => {
    const writer = storeOf('writer');
    await expect(writer.remove(runKeys(run).report)).rejects.toMatchObject({ code: 'store-forbidden' });
    writer.close();
    const { code, error } = await does('writer', 'delete', run.runId, '--yes');
    expect(code).not.toBe(0);
    expect(error).toContain('store-unusable');
    expect((await does('reader', 'verify', run.runId)).code).toBe(0);
  });

  it('let whoever reads alone get results and verify them, and write nothing', async () => {
    const out = join(folder.path, 'copy');
    const [get, results, verify] = await Promise.all([
      does('reader', 'get', run.runId),
      does('reader', 'results', run.runId, '--out', out),
      does('reader', 'verify', run.runId),
    ]);
    for (const { code, error } of [get, results, verify]) expect(code, error).toBe(0);
    const reader = storeOf('reader');
    await expect(
      reader.put(runKeys(run).report, '{}', { contentType: 'application/json' }),
    ).rejects.toMatchObject({ code: 'store-forbidden' });
    reader.close();
  });

  it('let whoever writes the prefix forge: verify finds what was changed alone, and not what was changed alike', async () => {
    const writer = storeOf('writer');
    const keys: string[] = [];
    for await (const { key } of writer.list(runKeys(run).root)) keys.push(key);
    const objects = new Map<string, { readonly body: Buffer; readonly contentType: string }>();
    for (const key of keys) {
      const { body, contentType } = (await writer.get(key)) ?? {};
      if (body !== undefined && contentType !== undefined)
        objects.set(key, { body: Buffer.from(body), contentType });
    }
    const recordKey = keys.find((key) => key.endsWith('-text-0.record.json')) ?? '';
    const { text } = JSON.parse(String(objects.get(recordKey)?.body)) as { text: string };
    // As many bytes, so that no length has to be forged with it.
    const forged = 'A forged answer.'.padEnd(Buffer.byteLength(text), '!');

    const record = String(objects.get(recordKey)?.body).replace(JSON.stringify(text), JSON.stringify(forged));
    await writer.put(recordKey, record, { contentType: 'application/json' });
    expect((await verifyRun(writer, run)).findings).not.toEqual([]);

    for (const [key, { body, contentType }] of forgedAlike(objects, text, forged)) {
      await writer.put(key, body, { contentType });
    }
    expect((await verifyRun(writer, run)).findings).toEqual([]);
    writer.close();
    const out = join(folder.path, 'forged');
    expect((await does('reader', 'results', run.runId, '--out', out)).code).toBe(0);
    expect(
      await readFile(join(out, run.runId, 'results.jsonl'), 'utf8').catch(() =>
        readFile(join(out, 'results.jsonl'), 'utf8'),
      ),
    ).toContain('A forged answer.');
  });

  it('let gc collect by an identity that may delete and do nothing else', async () => {
    const [writer, eraser] = [storeOf('writer'), storeOf('eraser')];
    await expect(eraser.get(runKeys(run).report)).rejects.toMatchObject({ code: 'store-forbidden' });
    const collected = await collect(withEraser(writer, eraser), run, true, new Date());
    expect(collected).toMatchObject({ kind: 'collected' });
    expect(await verifyRun(writer, run)).toMatchObject({ findings: [], collected: { kept: 'bill' } });
    writer.close();
    eraser.close();
  });
});

type Objects = ReadonlyMap<string, { readonly body: Buffer; readonly contentType: string }>;

/** Replaces a text in all objects, and then, as long as that changes any, the digests of what it has changed. */
function forgedAlike(objects: Objects, text: string, forged: string): Objects {
  const sha = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
  const swaps = new Map([
    [JSON.stringify(text).slice(1, -1), JSON.stringify(forged).slice(1, -1)],
    [text, forged],
    [sha(text), sha(forged)],
  ]);
  for (;;) {
    const next = new Map(
      [...objects].map(([key, { body, contentType }]) => {
        const isText = /json|text/.test(contentType);
        const changed = [...swaps].reduce((all, [from, to]) => all.replaceAll(from, to), body.toString());
        return [key, { body: isText ? Buffer.from(changed) : body, contentType }] as const;
      }),
    );
    const before = swaps.size;
    for (const [key, { body }] of next) {
      const old = objects.get(key)?.body ?? Buffer.alloc(0);
      if (!old.equals(body)) swaps.set(sha(old), sha(body));
    }
    if (swaps.size === before) return next;
  }
}
