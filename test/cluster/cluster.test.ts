import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';

import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { faultRuns, type FaultRuns } from '../support/fault-runs.ts';
import { startProcessStack, type CommandResult, type ProcessStack } from '../support/process-stack.ts';
import { startCluster, type Cluster } from './cluster.ts';

const key = 'sk_cluster0000000000000000000000000';
const items = 500;
/** What is killed, and after how many requests of the run. */
const kills = [
  ['history', 80],
  ['matching', 200],
  ['frontend', 320],
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
    for (const [service, requests] of kills) {
      await runs.untilRequests(run, requests);
      const before = silences(await submitted.command.said());
      await services[service].killAndRestart(() =>
        vi.waitFor(async () => expect(silences(await submitted.command.said())).toBeGreaterThan(before), {
          timeout: 60_000,
          interval: 50,
        }),
      );
    }
    watched = await submitted.command.ended;
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
});

/** How often a watching command has said that its run does not answer. */
function silences(said: string): number {
  return said.split('The run does not answer').length - 1;
}
