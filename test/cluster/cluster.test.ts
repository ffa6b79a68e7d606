import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';

import type { LaneReport } from '../../src/commands/lanes/lanes.ts';
import type { ListedRun } from '../../src/commands/runs/list.ts';
import type { Check } from '../../src/doctor/check.ts';
import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { callsOf } from '../support/calls.ts';
import { faultRuns, type FaultRuns } from '../support/fault-runs.ts';
import { startProcessStack, type CommandResult, type ProcessStack } from '../support/process-stack.ts';
import { writeSampleJob } from '../support/sample-job.ts';
import { startCluster, type Cluster } from './cluster.ts';

const key = 'sk_cluster0000000000000000000000000';
const items = 500;
/** What is killed, after how many requests of the run, and what `doctor` then misses. */
const kills = [
  ['history', 80, 'history'],
  ['matching', 200, 'lane all, workers'],
  ['frontend', 320, 'server'],
] as const;

const programs = inject('clusterPrograms');
const isMissing = programs.kind === 'missing';
if (isMissing) console.warn(`Nothing is tried: ${programs.why}.`);

describe.skipIf(isMissing)('a production Temporal on PostgreSQL, its services apart', () => {
  let emulator: Emulator;
  let cluster: Cluster;
  let stack: ProcessStack;
  let runs: FaultRuns;
  let run: RunLocation;
  let watched: CommandResult;
  let lanes: CommandResult;
  const outages = new Map<string, Readonly<Record<'killedAt' | 'backAt' | 'callAt', number>>>();

  /** What `doctor` finds of Temporal. */
  async function checks(state: Check['state']): Promise<readonly Check[]> {
    const all = await look<readonly Check[]>('doctor');
    return all.filter((check) => check.part === 'Temporal' && check.state === state);
  }

  async function failures(): Promise<readonly string[]> {
    return (await checks('failed')).map(({ name }) => name);
  }

  async function look<Data>(...parameters: string[]): Promise<Data> {
    const { stdout, stderr } = await stack.command(...parameters, '-o', 'json');
    expect(stdout, stderr).not.toBe('');
    return JSON.parse(stdout) as Data;
  }

  function firstCallAfter(time: number): number {
    const found = callsOf(emulator).find((call) => Date.parse(call.time) > time);
    expect(found).toBeDefined();
    return Date.parse(found?.time ?? '');
  }

  beforeAll(async () => {
    if (isMissing) return;
    emulator = await startEmulator({
      keys: [{ name: 'cluster', key, account: true }],
      latency: { kind: 'fixed', ms: 250 },
    });
    cluster = await startCluster(programs);
    const { address, services } = cluster;
    stack = await startProcessStack({
      api: emulator.url,
      key,
      environment: { POLLEN_BATCH_LANES: '{"all": {"rps": 25, "concurrency": 32}}' },
      temporal: { address, server: services.frontend },
    });
    runs = faultRuns(stack, emulator, { texts: 400, images: 100 });
    await Promise.all([stack.startWorker(), stack.startWorker()]);
    const submitted = await runs.submitAndWatch('clustered');
    run = submitted.run;
    for (const [service, requests, missed] of kills) {
      await runs.untilRequests(run, requests);
      const before = silences(await submitted.command.said());
      const killedAt = Date.now();
      await services[service].killAndRestart(async () => {
        await vi.waitFor(
          async () => expect(silences(await submitted.command.said())).toBeGreaterThan(before),
          { timeout: 60_000, interval: 50 },
        );
        // A machine that is short of processor time may need more than one look.
        await vi.waitFor(async () => expect(await failures()).toContain(missed), {
          timeout: 60_000,
          interval: 100,
        });
        if (service === 'matching') lanes = await stack.command('lanes');
      });
      const backAt = Date.now();
      const callAt = await vi.waitFor(() => firstCallAfter(backAt), { timeout: 120_000, interval: 20 });
      outages.set(service, { killedAt, backAt, callAt });
    }
    watched = await submitted.command.ended;
    for (const [service, { killedAt, backAt, callAt }] of outages) {
      const [away, late] = [backAt - killedAt, callAt - backAt].map((ms) => (ms / 1_000).toFixed(1));
      console.log(`cluster: ${service} was away for ${away} s, and the next call came after ${late} s more`);
    }
  });

  afterAll(async () => {
    await stack?.stop();
    await cluster?.stop();
    await emulator?.close();
  });

  it('carries a run to its end whose history, matching and frontend services were killed one after the other', () => {
    expect(watched.code, watched.stderr).toBe(0);
    expect(JSON.parse(watched.stdout)).toMatchObject({ state: 'completed' });
  });

  it('has every item once, with the bytes that were made for it, at the cost that the API has metered', async () => {
    const verdict = await runs.expectWhole(run);
    expect(verdict).toMatchObject({ items, changedRequests: [], metered: emulator.meter().charged });
    expect(emulator.meter().generations).toBe(items);
  });

  it('has lanes say, while the service of the queues is away, that Temporal does not answer', () => {
    expect(lanes.code).toBe(1);
    expect(lanes.stderr).toContain('Temporal cannot be used: it has not answered in time');
  });

  it('is found right by doctor: search attributes, one partition a queue, rates that may be set', async () => {
    expect(await failures()).toEqual([]);
    const found = new Map((await checks('ok')).map((check) => [check.name, check.found]));
    expect(found.get('server')).toMatch(/ on postgres12, 64 history shards$/);
    expect(found.get('namespace')).toBe('default, which keeps ended runs for 30 days');
    expect(found.get('search attributes')).toBe('all five are there');
    expect(found.get('rates of queues')).toBe('may be set');
    expect(found.get('lane all, workers')).toMatch(/^2 on queue/);
    expect(found.get('lane all, rate')).toMatch(/^[\d.]+\/s in force, by the queue /);
    expect(found.get('lane all, partitions')).toMatch(/^1,/);
    expect(found.get('workers that leave')).toMatch(/^take no call along/);
  });

  it('lets workers keep the rate in the queue all the time', async () => {
    for (const worker of ['worker-1', 'worker-2']) {
      const log = await readFile(join(stack.logDir, `${worker}.log`), 'utf8');
      expect(log).toContain('worker ready');
      expect(log).not.toContain('refuses task queue settings');
    }
  });

  it('shows lanes and runs as a development server does', async () => {
    expect(await look<readonly LaneReport[]>('lanes')).toMatchObject([
      { name: 'all', setBy: 'workers', workers: 2, rps: 25 },
    ]);
    // What is searched comes to its store a little later.
    await vi.waitFor(
      async () =>
        expect(await look<readonly ListedRun[]>('list')).toMatchObject([
          { runId: run.runId, state: 'completed', items, cost: emulator.meter().charged },
        ]),
      { timeout: 30_000, interval: 500 },
    );
  });

  it('starts runs by a schedule', async () => {
    const file = await writeSampleJob(stack.folder, { name: 'hourly', texts: 3, images: 0 });
    const job = JSON.parse(await readFile(file, 'utf8')) as object;
    await writeFile(file, JSON.stringify({ ...job, schedule: { every: '1h' } }));
    expect(await stack.command('schedule', 'apply', file)).toMatchObject({ code: 0 });
    const { code, stdout } = await stack.command('schedule', 'trigger', 'hourly');
    expect(code).toBe(0);
    const runId = stdout.trim();
    expect(runId).toMatch(/^hourly-/);
    const { stdout: ended } = await stack.command('watch', runId, '-o', 'json');
    expect(JSON.parse(ended)).toMatchObject({ state: 'completed' });
  });
});

/** How often a watching command has said that its run does not answer. */
function silences(said: string): number {
  return said.split('The run does not answer').length - 1;
}
