import { join } from 'node:path';

import { runKeys, type RunLocation } from '../../src/storage/keys.ts';
import { untilEnded } from '../../test/support/kill-run.ts';
import type { ProcessStack } from '../../test/support/process-stack.ts';
import { firstRecordAt } from './call-times.ts';
import { bytesInStore, bytesOnDisk } from './disk.ts';
import { generationsOf } from './emulator-calls.ts';
import { measureHistories, type Histories } from './histories.ts';
import { onStack } from './on-stack.ts';
import { resultLines } from './result-lines.ts';
import { runTimes } from './run-times.ts';
import { submitTexts } from './submit-job.ts';
import { timedCommand } from './timed-command.ts';
import { watchGrowth } from './watch-growth.ts';

/** What a run of so many items took; memory is absent where the system does not tell. */
export interface ScaleFigures extends Histories {
  readonly items: number;
  readonly lost: number;
  /** From the start of submit to the end of the workflow. */
  readonly seconds: number;
  /** From the workflow's start on. */
  readonly firstRecordSeconds: number;
  readonly memory: Readonly<Record<'worker' | 'Temporal' | 'store', Memory>>;
  readonly submit: Command;
  readonly results: Command;
  readonly temporalBytes: number;
  readonly storeBytes: number;
  readonly objects: number;
  readonly objectBytes: number;
  readonly others: number | undefined;
}

interface Memory {
  readonly peakMb: number | undefined;
  /** By 10,000 items, after the first 20,000. */
  readonly slopeMb: number | undefined;
}

interface Command {
  readonly seconds: number;
  readonly peakMb: number | undefined;
}

const latency = { kind: 'lognormal', medianMs: 20, sigma: 0.4 } as const;

/** Measures a run of so many items on fresh servers, from its submit to its results on this machine. */
export async function measureScale(items: number, say: (sentence: string) => void): Promise<ScaleFigures> {
  return onStack({ POLLEN_BATCH_RPS: 'none' }, async ({ stack, emulator }) => {
    await emulator.change({ latency, cacheMode: 'none' });
    const worker = await stack.startWorker();
    const growth = watchGrowth({
      pids: { worker: worker.pid, Temporal: stack.temporal.pid(), store: stack.store.pid() },
      done: () => generationsOf(emulator),
      say: (sentence) => say(`${items} items, ${sentence}`),
    });
    const submittedAt = Date.now();
    const { run, submit } = await submitTexts(stack, 'scale', items);
    say(
      `${items} items: submitted in ${submit.seconds.toFixed(1)} s, ${submit.peakMb?.toFixed(0) ?? '?'} MB`,
    );
    const firstAt = await firstRecordAt(stack, run);
    await untilEnded(stack, run);
    growth.stop();
    const others = growth.others();
    const { startedAt, endedAt = Number.NaN } = await runTimes(stack, run);
    const seconds = (endedAt - submittedAt) / 1_000;
    say(`${items} items: ended after ${seconds.toFixed(1)} s`);
    const memoryOf = (name: string): Memory => ({
      peakMb: growth.peakMb(name),
      slopeMb: growth.slopeMb(name),
    });
    const memory = { worker: memoryOf('worker'), Temporal: memoryOf('Temporal'), store: memoryOf('store') };
    await worker.stop();
    const results = await timedCommand(stack, 'results', run.runId, '--out', join(stack.folder, 'out'));
    say(`${items} items: results copied in ${results.seconds.toFixed(1)} s`);
    const { objects, bytes: objectBytes } = await bytesInStore(stack.session.store, runKeys(run).root);
    return {
      items,
      lost: await countLost(stack, run, items),
      seconds,
      firstRecordSeconds: (firstAt - startedAt) / 1_000,
      memory,
      submit: { seconds: submit.seconds, peakMb: submit.peakMb },
      results: { seconds: results.seconds, peakMb: results.peakMb },
      ...(await measureHistories(stack.session.temporal.client, run.runId)),
      temporalBytes: await bytesOnDisk(join(stack.folder, 'temporal')),
      storeBytes: await bytesOnDisk(join(stack.folder, 'objects')),
      objects,
      objectBytes,
      others,
    };
  });
}

async function countLost(stack: ProcessStack, run: RunLocation, items: number): Promise<number> {
  const succeeded = new Set<number>();
  for await (const { status, number } of resultLines(stack, run)) {
    if (status === 'succeeded') succeeded.add(number);
  }
  return items - succeeded.size;
}
