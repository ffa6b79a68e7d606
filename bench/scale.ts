import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { emulatorKeys } from '../src/emulator/index.ts';
import type { ResultLine } from '../src/report/result-line.ts';
import { parseRecordKey, runKeys, type RunLocation } from '../src/storage/keys.ts';
import { readMarker } from '../src/records/run-store.ts';
import { runWorkflowId } from '../src/workflows/ids.ts';
import { untilEnded } from '../test/support/kill-run.ts';
import { startProcessStack, type ProcessStack } from '../test/support/process-stack.ts';
import { writeSampleJob } from '../test/support/sample-job.ts';
import { settledItems } from '../src/records/tally.ts';
import { runViewQuery } from '../src/workflows/messages.ts';
import { watchMemory } from './support/memory-slope.ts';
import { table, type Benchmark, type Row } from './support/benchmark.ts';
import { startEmulatorProcess } from './support/emulator-process.ts';
import { peakMemoryOf } from './support/processes.ts';

const MEMORY_BAR_MB = 700;
const SLOPE_BAR_MB = 5;
const EVENTS_BAR = 2_000;
const PAYLOAD_BAR = 64 * 1_024;

/** Measures one big run: whether all of it arrives, and how large its parts get. */
export const scale: Benchmark = async ({ items = 10_000, say }) => {
  const emulator = await startEmulatorProcess();
  await emulator.change({ latency: { kind: 'lognormal', medianMs: 20, sigma: 0.4 } });
  const environment = { POLLEN_BATCH_RPS: 'none' };
  const stack = await startProcessStack({ api: emulator.url, key: emulatorKeys.secret, environment });
  try {
    const file = await writeSampleJob(stack.folder, { name: 'scale', texts: items, images: 0 });
    const worker = await stack.startWorker();
    const startedAt = performance.now();
    const since = (): number => (performance.now() - startedAt) / 1_000;
    const { code, stdout, stderr } = await stack.command('submit', file, '-o', 'json');
    if (code !== 0) throw new Error(`submit failed: ${stderr}`);
    const { runId } = JSON.parse(stdout) as { readonly runId: string };
    const run = { ...stack.session.location, job: 'scale', runId };
    say(`submitted after ${since().toFixed(1)} s`);
    const { client } = stack.session.temporal;
    const memory = watchMemory(worker.pid, async () => {
      const { tally } = await client.workflow.getHandle(runWorkflowId(runId)).query(runViewQuery);
      return settledItems(tally);
    });
    await untilFirstRecord(stack, run);
    const firstRecordSeconds = since();
    await untilEnded(stack, run);
    memory.stop();
    const seconds = since();
    say(`ended after ${seconds.toFixed(1)} s`);
    const histories = await measureHistories(client, runId);
    const figures = {
      items,
      lost: await countLost(stack, run, items),
      seconds,
      itemsPerSecond: items / seconds,
      firstRecordSeconds,
      workerPeakMb: peakMemoryOf(worker.pid),
      workerSlopeMb: memory.slope(),
      ...histories,
      temporalDatabaseMb: (await sizeOfDatabase(stack.folder)) / 2 ** 20,
    };
    await worker.stop();
    return describe(figures);
  } finally {
    await stack.stop();
    await emulator.stop();
  }
};

async function untilFirstRecord({ session }: ProcessStack, run: RunLocation): Promise<void> {
  for (;;) {
    for await (const { key } of session.store.list(runKeys(run).itemPrefix(0))) {
      if (parseRecordKey(key) !== undefined) return;
    }
    await pause(50);
  }
}

async function countLost({ session }: ProcessStack, run: RunLocation, items: number): Promise<number> {
  const marker = await readMarker(session.store, run);
  const succeeded = new Set<number>();
  for (const { key } of marker?.parts ?? []) {
    const part = await session.store.get(key);
    for (const text of Buffer.from(part?.body ?? '')
      .toString('utf8')
      .split('\n')) {
      const line = text === '' ? undefined : (JSON.parse(text) as ResultLine);
      if (line?.status === 'succeeded') succeeded.add(line.number);
    }
  }
  return items - succeeded.size;
}

/** All executions of the run, those that continued as new among them. */
async function measureHistories(client: Client, runId: string) {
  let workflows = 0;
  let mostEvents = 0;
  let largestPayloadBytes = 0;
  let events = 0;
  for await (const { workflowId, runId: execution } of client.workflow.list({
    query: `WorkflowId STARTS_WITH "${runWorkflowId(runId)}"`,
  })) {
    const history = await client.workflow.getHandle(workflowId, execution).fetchHistory();
    const count = history.events?.length ?? 0;
    workflows += 1;
    events += count;
    mostEvents = Math.max(mostEvents, count);
    largestPayloadBytes = Math.max(largestPayloadBytes, largestPayload(history.events));
  }
  return { workflows, events, mostEvents, largestPayloadBytes };
}

// A payload is the one thing in a history that has data.
function largestPayload(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 0;
  const own = 'data' in value && value.data instanceof Uint8Array ? value.data.byteLength : 0;
  return Object.values(value).reduce((largest: number, part) => Math.max(largest, largestPayload(part)), own);
}

async function sizeOfDatabase(folder: string): Promise<number> {
  const files = ['temporal.db', 'temporal.db-wal'].map((name) => join(folder, 'temporal', name));
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((total, size) => total + size, 0);
}

interface Figures extends Awaited<ReturnType<typeof measureHistories>> {
  readonly items: number;
  readonly lost: number;
  readonly seconds: number;
  readonly itemsPerSecond: number;
  readonly firstRecordSeconds: number;
  readonly workerPeakMb: number | undefined;
  /** Growth by 10,000 items, after the first 20,000. */
  readonly workerSlopeMb: number | undefined;
  readonly temporalDatabaseMb: number;
}

function describe(figures: Figures) {
  const { lost, workerPeakMb, workerSlopeMb, mostEvents, largestPayloadBytes } = figures;
  const rows: Row[] = [
    ['lost items', String(lost), '(bar 0)'],
    [
      'worker, most memory',
      workerPeakMb === undefined ? 'not available' : `${workerPeakMb.toFixed(0)} MB`,
      `(bar ${MEMORY_BAR_MB} MB)`,
    ],
    [
      'worker, growth by 10,000 items',
      workerSlopeMb === undefined ? 'too few items' : `${workerSlopeMb.toFixed(1)} MB`,
      `(bar ${SLOPE_BAR_MB} MB)`,
    ],
    ['longest history', `${mostEvents} events`, `(bar ${EVENTS_BAR})`],
    ['largest payload', `${(largestPayloadBytes / 1_024).toFixed(1)} KB`, `(bar ${PAYLOAD_BAR / 1_024} KB)`],
    ['workflows', String(figures.workflows)],
    ['events an item', (figures.events / figures.items).toFixed(2)],
    ['time', `${figures.seconds.toFixed(1)} s`],
    ['items/s', figures.itemsPerSecond.toFixed(0)],
    ['first record after', `${figures.firstRecordSeconds.toFixed(1)} s`],
    ['Temporal database', `${figures.temporalDatabaseMb.toFixed(0)} MB`],
  ];
  return {
    text: `${figures.items} texts in one run, 64 wide, about 20 ms an answer; time from the start of submit\n\n${table(rows)}`,
    figures,
    missed: [
      ...(lost === 0 ? [] : [`${lost} items are lost`]),
      ...((workerPeakMb ?? 0) <= MEMORY_BAR_MB ? [] : [`the worker took ${workerPeakMb?.toFixed(0)} MB`]),
      ...((workerSlopeMb ?? 0) <= SLOPE_BAR_MB
        ? []
        : [`the worker grows by ${workerSlopeMb?.toFixed(1)} MB with 10,000 items`]),
      ...(mostEvents <= EVENTS_BAR ? [] : [`a history has ${mostEvents} events`]),
      ...(largestPayloadBytes <= PAYLOAD_BAR ? [] : [`a payload has ${largestPayloadBytes} bytes`]),
    ],
  };
}
