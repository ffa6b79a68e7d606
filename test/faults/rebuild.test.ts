import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { listRuns } from '../../src/commands/runs/list.ts';
import { allRunsQuery } from '../../src/commands/runs/runs-in-temporal.ts';
import { rebuild } from '../../src/commands/submit/rebuild.ts';
import { retry } from '../../src/commands/retry/retry.ts';
import { applySchedule } from '../../src/commands/schedule/apply-schedule.ts';
import { submit } from '../../src/commands/submit/submit.ts';
import { startEmulator, type Emulator, type JournalEntry } from '../../src/emulator/index.ts';
import type { Child } from '../../src/local/child.ts';
import { formatAmount, parseAmount } from '../../src/pollen/amount.ts';
import { parseRecordKey, runKeys, type RunLocation } from '../../src/storage/keys.ts';
import { readOf } from '../support/job.ts';
import { untilEnded } from '../support/kill-run.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';
import { runFiles } from '../support/run-files.ts';

const key = 'sk_rebuild00000000000000000000000000';
const concurrency = 8;
const items = 36;
const waiting = { timeout: 60_000, interval: 20 };

let emulator: Emulator;
let stack: ProcessStack;
let worker: Child;

const jobOf = (name: string, more = ''): string =>
  [
    'version: 1',
    `name: ${name}`,
    'defaults: { text: { max_tokens: 50 }, image: { width: 64, height: 48 } }',
    'items:',
    ...Array.from({ length: items }, (_, index) =>
      index % 6 === 0
        ? `  - { id: i${index}, image: Meadow ${index} of ${name} }`
        : `  - { id: i${index}, text: Bee ${index} of ${name} }`,
    ),
    more,
  ].join('\n');

beforeAll(async () => {
  emulator = await startEmulator({
    keys: [{ name: 'rebuild', key }],
    latency: { kind: 'fixed', ms: 400 },
  });
  const environment = { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: String(concurrency) };
  stack = await startProcessStack({ api: emulator.url, key, environment });
}, 120_000);

afterAll(async () => {
  await stack?.stop();
  await emulator?.close();
});

async function start(name: string, cacheMode: 'none' | 'exact'): Promise<RunLocation> {
  const { session } = stack;
  const of = { ...session, plannedApi: { ...session.plannedApi, cacheMode } };
  emulator.update({ cacheMode });
  return (await submit(of, readOf(jobOf(name)), { isNew: false, allowUnpriced: false })).run;
}

async function startSchedule(name: string): Promise<RunLocation> {
  const { session } = stack;
  const of = { ...session, plannedApi: { ...session.plannedApi, cacheMode: 'none' as const } };
  const yaml = jobOf(name, 'schedule: { cron: 0 6 1 1 * }');
  await applySchedule(of, readOf(yaml), { allowUnpriced: false, dryRun: false });
  await session.temporal.client.schedule.getHandle(name).trigger();
  const runId = await vi.waitFor(async () => {
    const found = (await listRuns(session, allRunsQuery, 10)).find((run) => run.runId.startsWith(`${name}-`));
    if (found === undefined) throw new Error('the schedule has started nothing');
    return found.runId;
  }, waiting);
  return { ...session.location, job: name, runId };
}

/** A run in the middle of which all is thrown away. */
interface CutRun {
  readonly run: RunLocation;
  /** Numbers of the items that had their records. */
  readonly done: ReadonlySet<number>;
  /** Calls that had been answered. */
  readonly before: number;
}

/** Kills worker and Temporal while they are busy with runs, and starts Temporal again with an empty database. */
async function throwAway(runs: readonly RunLocation[]): Promise<readonly CutRun[]> {
  worker = await stack.startWorker();
  await vi.waitFor(() => {
    for (const run of runs) expect(callsOf(run).length).toBeGreaterThanOrEqual(10);
  }, waiting);
  await worker.stop({ fast: true });
  await stack.temporal.killAndRestart(() =>
    rm(join(stack.folder, 'temporal'), { recursive: true, force: true }),
  );
  return Promise.all(
    runs.map(async (run) => ({ run, done: await recorded(run), before: callsOf(run).length })),
  );
}

function callsOf({ runId }: RunLocation): readonly (JournalEntry & { readonly number: number })[] {
  return emulator.journal().flatMap((entry) => {
    const number = new RegExp(`^${runId}-(\\d+)-\\d+$`).exec(entry.requestId)?.[1];
    return number === undefined ? [] : [{ ...entry, number: Number(number) }];
  });
}

async function recorded(run: RunLocation): Promise<ReadonlySet<number>> {
  const numbers = new Set<number>();
  for await (const { key: name } of stack.session.store.list(`${runKeys(run).root}items/`)) {
    const record = parseRecordKey(name);
    if (record !== undefined) numbers.add(record.number);
  }
  return numbers;
}

const sum = (entries: readonly JournalEntry[]): bigint =>
  entries.reduce((total, { charge }) => total + parseAmount(charge), 0n);

/** Expects every item once, and no call repeated. */
async function expectFinished({ run, done, before }: CutRun) {
  const { results, report } = runFiles(stack.session.store, run);
  expect((await results()).map(({ id }) => id)).toEqual(
    Array.from({ length: items }, (_, index) => `i${index}`),
  );
  expect(await report()).toMatchObject({ state: 'completed', items, tally: { succeeded: items } });
  expect(done.size).toBeGreaterThan(0);
  const calls = callsOf(run);
  expect(calls.slice(before).filter(({ number }) => done.has(number))).toEqual([]);
  const generated = calls.filter((entry) => entry.generated);
  const digests = generated.map(({ digest }) => digest);
  expect(new Set(digests).size).toBe(items);
  // What was in flight when all was lost, and nothing else.
  const twice = generated.filter(({ digest }, index) => digests.indexOf(digest) < index);
  expect(twice.length).toBeLessThanOrEqual(concurrency);
  return { generated, twice };
}

describe('a run that Temporal has lost with all its data', { timeout: 180_000 }, () => {
  it('is finished from the bucket alone, where no cache helps: with what was in flight unknown', async () => {
    const { session } = stack;
    const submitted = await start('rebuilt', 'none');
    await expect(rebuild(session, submitted.runId)).rejects.toMatchObject({
      message: `run ${submitted.runId} goes on: Temporal has not lost it`,
    });
    const runs = [submitted, await startSchedule('nightly')];
    const cut = await throwAway(runs);
    await expect(rebuild(session, `rebuilt-${'0'.repeat(10)}`)).rejects.toMatchObject({ code: 'not-found' });
    await expect(retry(session, submitted.runId, { newSeeds: false })).rejects.toMatchObject({
      remedy: expect.stringContaining(`resume ${submitted.runId} --from-store`) as string,
    });

    worker = await stack.startWorker();
    const [watched] = await Promise.all([
      stack.command(
        'resume',
        submitted.runId,
        '--from-store',
        '--reason',
        'its database is gone',
        '--watch',
        '-o',
        'json',
      ),
      rebuild(session, runs[1]?.runId ?? ''),
    ]);
    expect(watched.code, watched.stderr).toBe(0);
    expect(JSON.parse(watched.stdout)).toMatchObject({ state: 'completed' });
    const resumed = { kind: 'resume', reason: 'its database is gone' };
    const files = runFiles(session.store, submitted);
    expect((await files.report()).story).toMatchObject([resumed]);
    for (const one of cut) {
      await untilEnded(stack, one.run);
      const { generated, twice } = await expectFinished(one);
      const { bill, report } = runFiles(session.store, one.run);
      const { tally, certainty } = await report();
      expect(tally.settled).toBe(formatAmount(sum(generated) - sum(twice)));
      expect(certainty).toBe('estimated');
      expect(parseAmount(tally.unknown.atMost ?? '0')).toBeGreaterThanOrEqual(sum(twice));
      // Nothing tells which of those without a record had been sent.
      const unknown = (await bill()).filter((row) => row.certainty === 'unknown');
      expect(unknown).toHaveLength(items - one.done.size);
      expect(unknown.some(({ number }) => one.done.has(number))).toBe(false);
    }
    await expect(rebuild(session, submitted.runId)).rejects.toMatchObject({
      message: `run ${submitted.runId} has ended: completed`,
    });
    await worker.stop({ fast: true });
  });

  it('has an exact bill where the cache tells what became of the calls in flight', async () => {
    const [cut] = await throwAway([await start('exactly', 'exact')]);
    if (cut === undefined) throw new Error('there is no run');
    worker = await stack.startWorker();
    await rebuild(stack.session, cut.run.runId);
    await untilEnded(stack, cut.run);
    const { generated, twice } = await expectFinished(cut);
    expect(twice).toEqual([]);
    expect(await runFiles(stack.session.store, cut.run).report()).toMatchObject({
      certainty: 'exact',
      tally: { settled: formatAmount(sum(generated)), unknown: { count: 0 } },
    });
  });
});
