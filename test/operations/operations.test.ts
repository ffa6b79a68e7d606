import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { connectStore } from '../../src/connect-store.ts';
import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import type { Child } from '../../src/local/child.ts';
import { runKeys, type RunLocation } from '../../src/storage/keys.ts';
import { callsOf } from '../support/calls.ts';
import { untilEnded } from '../support/kill-run.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';
import { runFiles } from '../support/run-files.ts';
import { writeSampleJob } from '../support/sample-job.ts';

const key = 'sk_operations000000000000000000000000';
const guide = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
const recipes = new Map(
  [...guide.matchAll(/```sh ([a-z-]+)\n([^]*?)```/g)].map(([, name = '', text = '']) => [name, text]),
);
const entry = fileURLToPath(new URL('../../bin/pollen-batch.js', import.meta.url));
const waiting = { timeout: 120_000, interval: 100 };
/** Of the disk that all servers of these tests write to; what is not written takes no memory. */
const ROOMY = '16g';

let disk: string | undefined;
let emulator: Emulator;
let stack: ProcessStack;
let worker: Child;
const done = new Set<string>();
let scripts = 0;

/** A small disk for all that comes, where this machine lets us have one. */
async function mountDisk(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'pollen-batch-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${ROOMY}`, 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    await rm(folder, { recursive: true });
    console.warn('A full disk is not tried: this machine does not let the tests mount a tmpfs.');
    return undefined;
  }
}

/** Gives the disk another size, in what `mount` takes. @default what is on it, so that it is full */
async function resize(size?: string): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(disk ?? '');
  const used = `${(blocks - bavail + 16) * bsize}`;
  execFileSync('mount', ['-o', `remount,size=${size ?? used}`, disk ?? '']);
}

/** Runs a recipe of the guide in a shell, line by line, as a person would. */
async function recipe(
  name: string,
  words: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | undefined; readonly said: string }> {
  const text = recipes.get(name);
  if (text === undefined) throw new Error(`the guide has no ${name}`);
  done.add(name);
  const script = Object.entries(words).reduce(
    (all, [word, value]) => all.replaceAll(new RegExp(`\\b${word.replace('.', '\\.')}`, 'g'), value),
    text,
  );
  scripts += 1;
  const path = `${join(stack.folder, 'bin')}:${process.env['PATH'] ?? ''}`;
  const child = await stack.start(`recipe-${scripts}-${name}`, 'bash', ['-ec', script], {
    ...environment,
    PATH: path,
  });
  await child.exited;
  const said = await readFile(child.logFile, 'utf8');
  return { code: codesOf(said)[0], said };
}

/** How its commands ended, in order. */
function codesOf(said: string): readonly number[] {
  return [...said.matchAll(/^exit (\d+)$/gm)].map(([, code]) => Number(code));
}

async function submit(
  name: string,
  items = 12,
): Promise<{ readonly run: RunLocation; readonly file: string }> {
  const file = await writeSampleJob(stack.folder, { name, texts: items, images: 2 });
  const { code, stdout, stderr } = await stack.command('submit', file, '-o', 'json');
  expect(code, stderr).toBe(0);
  const { runId } = JSON.parse(stdout) as { runId: string };
  return { run: { ...stack.session.location, job: name, runId }, file };
}

beforeAll(async () => {
  disk = await mountDisk();
  if (disk !== undefined) vi.stubEnv('TMPDIR', disk);
  emulator = await startEmulator({
    keys: [{ name: 'operations', key }],
    latency: { kind: 'fixed', ms: 200 },
  });
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: '4' };
  stack = await startProcessStack({
    api: emulator.url,
    key,
    environment,
    unchecked: 'objects are lost on purpose',
  });
  await mkdir(join(stack.folder, 'bin'));
  const shim = join(stack.folder, 'bin', 'pollen-batch');
  // Its code is told in the log, whatever the shell does with it.
  await writeFile(
    shim,
    `#!/usr/bin/env bash\ncode=0\n'${process.execPath}' '${entry}' "$@" || code=$?\necho "exit $code"\nexit $code\n`,
  );
  await chmod(shim, 0o755);
  worker = await stack.startWorker();
}, 180_000);
afterAll(async () => {
  await stack?.stop();
  await emulator?.close();
  if (disk !== undefined) {
    execFileSync('umount', [disk]);
    await rm(disk, { recursive: true });
  }
  vi.unstubAllEnvs();
});

describe('the guide for operators', { timeout: 240_000 }, () => {
  it('brings back objects that were lost, from the copy that it has told to make', async () => {
    const { run } = await submit('kept');
    await untilEnded(stack, run);
    const { store, config } = stack.session;
    if (config.store === undefined) throw new Error('the stack has a store');
    const copies = connectStore({ ...config.store, bucket: 'backup' }, 1);
    await copies.createBucket();
    copies.close();
    const words = { RUN: run.runId, BACKUP: 'backup', BUCKET: store.bucket };
    const copied = await recipe('backup', words);
    expect(codesOf(copied.said), copied.said).toEqual([0, 0]);

    const keys = runKeys(run);
    const records: string[] = [];
    for await (const { key: name } of store.list(keys.itemPrefix(0))) records.push(name);
    const lost = [records[0] ?? '', records.at(-1) ?? '', keys.part(0)];
    for (const name of lost) await store.remove(name);
    const { code, said } = await recipe('lost-objects', words);
    expect(code).toBe(7);
    for (const name of lost) expect(said).toContain(name.slice(keys.root.length));

    // What is put back sooner is not told from what the run has written: clocks differ.
    const endedAt = Date.parse((await runFiles(store, run).report()).endedAt);
    await vi.waitUntil(() => Date.now() > endedAt + 5_000, { timeout: 20_000, interval: 100 });
    const restored = await recipe('restore', words);
    expect(codesOf(restored.said), restored.said).toEqual([0, 7, 0]);
    // What was put back is younger than the marker; nothing else is found.
    const findings = [...restored.said.matchAll(/^([a-z-]+): (\S+\/\S+)$/gm)].map(([, code, name]) => [
      code,
      name,
    ]);
    expect(findings).toEqual(lost.map((name) => ['object-late', name.slice(keys.root.length)]));
  });

  it('makes items anew whose objects are lost for good', async () => {
    const { run, file } = await submit('gone', 2);
    await untilEnded(stack, run);
    for await (const { key: name } of stack.session.store.list(runKeys(run).itemPrefix(0))) {
      await stack.session.store.remove(name);
    }
    expect(await recipe('lost-for-good', { 'JOB.yaml': file })).toMatchObject({ code: 0 });
  });

  it('carries a run on that Temporal has lost with its database, and schedules with it', async () => {
    const before = callsOf(emulator).length;
    const { run, file } = await submit('cut', 30);
    await vi.waitFor(() => expect(callsOf(emulator).length).toBeGreaterThan(before + 8), waiting);
    await worker.stop({ fast: true });
    await stack.temporal.killAndRestart(() =>
      rm(join(stack.folder, 'temporal'), { recursive: true, force: true }),
    );
    worker = await stack.startWorker();
    expect(await recipe('lost-database', { RUN: run.runId })).toMatchObject({ code: 0 });
    expect(await runFiles(stack.session.store, run).report()).toMatchObject({
      state: 'completed',
      tally: { succeeded: 32 },
    });
    const job = JSON.parse(await readFile(file, 'utf8')) as object;
    const scheduled = join(stack.folder, 'scheduled.yaml');
    await writeFile(scheduled, JSON.stringify({ ...job, name: 'again', schedule: { cron: '0 6 1 1 *' } }));
    const { said } = await recipe('lost-schedules', { 'JOB.yaml': scheduled });
    expect(codesOf(said), said).toEqual([0, 0]);
    expect(said).toMatch(/^again\b/m);
  });

  it('finds out why a run is stuck, and lets it go on, or ends it and calls for the rest', async () => {
    // Told to end, it leaves its queues; one that is killed is seen there for a minute and a half.
    await worker.stop();
    const { run } = await submit('stuck', 30);
    const { said: looked } = await recipe('stuck', { RUN: run.runId });
    expect(looked).toMatch(/no worker answers|No worker takes runs/);
    expect(looked).toMatch(/no worker on queue/);
    // Before a worker is there: it could be over by then.
    expect(await stack.command('suspend', run.runId, '--reason', 'a look')).toMatchObject({ code: 0 });
    worker = await stack.startWorker();
    expect(await recipe('suspended', { RUN: run.runId })).toMatchObject({ code: 0 });

    emulator.update({ latency: { kind: 'fixed', ms: 800 } });
    const { run: slow } = await submit('slow', 20);
    const before = callsOf(emulator).length;
    await vi.waitFor(() => expect(callsOf(emulator).length).toBeGreaterThan(before), waiting);
    const { said } = await recipe('give-up', { RUN: slow.runId });
    expect(said).toContain(`${slow.runId}-retry1`);
    expect(codesOf(said), said).toEqual([0, 6, 0]);
  });

  it('says by how much the clock of a machine is wrong', async () => {
    const shift = join(stack.folder, 'shift.mjs');
    await writeFile(
      shift,
      'const now = Date.now; const real = Date; const ms = 3_600_000;\n' +
        'globalThis.Date = class extends real { constructor(...a) { a.length ? super(...a) : super(now() + ms); } ' +
        'static now() { return now() + ms; } };\n',
    );
    const { said } = await recipe('wrong-clock', {}, { NODE_OPTIONS: `--import=${shift}` });
    expect(said).toMatch(/60 min ahead of/);
    expect(said).toContain('timedatectl set-ntp true');
  });

  it('carries a run to its end after the disk of Temporal and store was full', async ({ skip }) => {
    if (disk === undefined) skip();
    emulator.update({ latency: { kind: 'fixed', ms: 300 } });
    const { run } = await submit('full', 60);
    const before = callsOf(emulator).length;
    await vi.waitFor(() => expect(callsOf(emulator).length).toBeGreaterThan(before + 4), waiting);
    await resize();
    expect((await statfs(disk ?? '')).bavail).toBeLessThan(256);
    // It comes to a halt: nothing new is sent for as long as several calls take.
    await vi.waitFor(async () => {
      const calls = callsOf(emulator).length;
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(callsOf(emulator).length).toBe(calls);
    }, waiting);
    await resize(ROOMY);
    // As it says there: SeaweedFS may go on to refuse some.
    await stack.store.killAndRestart();
    const { said } = await recipe('full-disk', { RUN: run.runId });
    expect(codesOf(said), said).toEqual([0, 0]);
    expect(await runFiles(stack.session.store, run).report()).toMatchObject({ tally: { succeeded: 62 } });
  });

  it('has no recipe that these tests do not run', () => {
    if (disk === undefined) done.add('full-disk');
    expect([...recipes.keys()].filter((name) => !done.has(name))).toEqual([]);
  });
});
