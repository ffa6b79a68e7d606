import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, inject } from 'vitest';

import {
  connect,
  getRun,
  loadJob,
  PollenBatchError,
  readArtifact,
  results,
  submit,
  watchRun,
  type ConnectOptions,
  type ResultLine,
  type Sight,
} from '../../src/index.ts';
import { callsOf } from '../support/calls.ts';
import type { Harness } from '../support/harness.ts';
import { temporaryFolder } from '../support/local-servers.ts';
import { test } from '../support/on-servers.ts';

const yaml = `
version: 1
name: from-a-program
items:
  - { id: haiku, text: A haiku about pollen, params: { max_tokens: 50 } }
  - { id: lamp, image: A lamp, params: { width: 64, height: 48 } }
`;
const source = { text: yaml, name: 'program.yaml' };

function serversOf({ emulator, session }: Harness): ConnectOptions {
  const { address, namespace } = session.temporal;
  const { store } = session.config;
  if (store === undefined) throw new Error('the harness has a store');
  return {
    temporal: { address, namespace },
    store,
    api: { base: emulator.url, cacheMode: 'exact' },
  };
}

describe('a program', () => {
  test('takes a job to its results with no connection of its own', async ({ open }) => {
    const harness = await open();
    const servers = serversOf(harness);
    const job = await loadJob(source);
    const { runId, status, plan } = await submit(job, servers);
    expect([status, plan.items]).toEqual(['started', 2]);

    const sights: Sight[] = [];
    for await (const sight of watchRun(runId, { ...servers, everyMs: 100 })) sights.push(sight);
    expect(sights.at(-1)).toMatchObject({
      kind: 'ended',
      marker: { state: 'completed', tally: { succeeded: 2 } },
    });

    const lines: ResultLine[] = [];
    for await (const line of results(runId, servers)) lines.push(line);
    const [haiku, lamp] = lines;
    expect(haiku).toMatchObject({ id: 'haiku', status: 'succeeded', text: expect.any(String) });
    if (lamp?.status !== 'succeeded' || lamp.artifact === undefined) throw new Error('there is no picture');
    const picture = await readArtifact(lamp.artifact, servers);
    expect(picture.byteLength).toBe(lamp.artifact.bytes);
    const { report } = await getRun(runId, servers);
    expect(report).toMatchObject({ runId, state: 'completed', certainty: 'exact' });

    const again = await submit(job, servers);
    expect(again).toMatchObject({ runId, status: 'ended', outcome: { state: 'completed' } });
    expect(callsOf(harness.emulator)).toHaveLength(2);
    const other = await submit(job, { ...servers, isNew: true });
    expect(other).toMatchObject({ runId: `${runId}-r2`, status: 'started' });
  });

  test('leaves off watching by its signal or a break, and the run goes on', async ({ open }) => {
    const harness = await open({ emulator: { latency: { kind: 'fixed', ms: 1_500 } } });
    await using connection = await connect(serversOf(harness));
    const { runId } = await submit(await loadJob(source), { connection });
    const leaving = new AbortController();
    const watching = async (): Promise<void> => {
      for await (const sight of watchRun(runId, { connection, signal: leaving.signal, everyMs: 60_000 })) {
        expect(sight.kind).not.toBe('ended');
        leaving.abort(new Error('seen enough'));
      }
    };
    await expect(watching()).rejects.toThrow('seen enough');
    await expect(results(runId, { connection }).next()).rejects.toMatchObject({
      code: 'usage',
      message: `run ${runId} has not ended, so it has no results yet`,
    });

    for await (const sight of watchRun(runId, { connection, everyMs: 100 })) {
      expect(sight).toBeDefined();
      break;
    }
    let last: Sight | undefined;
    for await (const sight of watchRun(runId, { connection, everyMs: 100 })) last = sight;
    expect(last).toMatchObject({ kind: 'ended', marker: { state: 'completed' } });
  });

  test('is told by codes what is wrong', async ({ open }) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder.path, 'wrong.yaml'), 'version: 1\nitem: []\n');
    const wrong = await loadJob(join(folder.path, 'wrong.yaml')).catch((error: unknown) => error);
    expect(wrong).toBeInstanceOf(PollenBatchError);
    expect(wrong).toMatchObject({
      code: 'job-invalid',
      details: expect.arrayContaining([expect.stringMatching(/wrong\.yaml:2:1: key-unknown: /)]),
    });
    await expect(loadJob({ text: 'version: 2', name: 'two' })).rejects.toMatchObject({ code: 'job-invalid' });
    await expect(loadJob(join(folder.path, 'none.yaml'))).rejects.toMatchObject({ code: 'usage' });

    await expect(connect({ dataDir: folder.path })).rejects.toMatchObject({ code: 'config-invalid' });
    const half = { dataDir: folder.path, temporal: { address: '127.0.0.1:9' } };
    await expect(connect(half)).rejects.toThrow(
      'A Temporal server is configured (TEMPORAL_*), and no bucket',
    );
    await using connection = await connect(serversOf(await open({ workers: 0 })));
    await expect(watchRun('none-0123456789', { connection }).next()).rejects.toMatchObject({
      code: 'not-found',
    });
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(watchRun('none-0123456789', { connection, signal }).next()).rejects.toThrow('too late');
    await folder.remove();
  });

  test("gets none of a worker's native code, and no word printed", async () => {
    expect(inject('servers').temporal).toBeDefined();
    const entry = new URL('../../src/index.ts', import.meta.url).href;
    const code = `await import(${JSON.stringify(entry)});
      process.stdout.write(JSON.stringify(process.report.getReport().sharedObjects));`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      '--import',
      'tsx',
      '--input-type=module',
      '--eval',
      code,
    ]);
    expect(stderr).toBe('');
    const loaded = JSON.parse(stdout) as readonly string[];
    expect(loaded.filter((file) => file.includes('node_modules'))).toEqual([]);
  });
});
