import { expect, vi } from 'vitest';

import { startEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/index.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { startProcessStack, type ProcessStack, type RunningCommand } from './process-stack.ts';
import { wishOf, writeSampleJob } from './sample-job.ts';
import { judgeRun, wholeRun, type Verdict } from './witness.ts';

const usual = { texts: 120, images: 30 };

/** Items of the runs that servers and workers are taken away from. */
export const items = usual.texts + usual.images;

/** Runs of a few hundred items on real processes, judged by what the emulator has seen. */
export interface FaultRuns {
  submit(name: string): Promise<RunLocation>;
  /** Submits and stays to watch; `run` is there once the command has said its id. */
  submitAndWatch(name: string): Promise<{ readonly run: RunLocation; readonly command: RunningCommand }>;
  /** Requests that the emulator has got for a run. */
  requestsOf(run: RunLocation): number;
  untilRequests(run: RunLocation, count: number): Promise<void>;
  /** Expects all items succeeded, once each, with the right bytes, and the bill to equal the meter. */
  expectWhole(run: RunLocation): Promise<Verdict>;
}

/** Runs on a stack whose API the emulator is. */
export function faultRuns(stack: ProcessStack, emulator: Emulator, size = usual): FaultRuns {
  const located = (name: string, runId: string): RunLocation => ({
    ...stack.session.location,
    job: name,
    runId,
  });
  const requestsOf = (run: RunLocation): number =>
    emulator.journal().filter(({ requestId }) => requestId.startsWith(`${run.runId}-`)).length;
  const write = (name: string): Promise<string> => {
    const job = { name, ...size };
    stack.wishes(name, wishOf(job));
    return writeSampleJob(stack.folder, job);
  };
  return {
    requestsOf,
    async submit(name) {
      const file = await write(name);
      const { code, stdout, stderr } = await stack.command('submit', file, '-o', 'json');
      expect(code, stderr).toBe(0);
      return located(name, (JSON.parse(stdout) as { readonly runId: string }).runId);
    },
    async submitAndWatch(name) {
      const file = await write(name);
      const command = await stack.begin('submit', file, '--watch', '-o', 'json');
      const runId = await vi.waitFor(
        async () => {
          const said = new RegExp(`^(${name}-[0-9a-f]{10}): `, 'm').exec(await command.said())?.[1];
          if (said === undefined) throw new Error(`no run id in: ${await command.said()}`);
          return said;
        },
        { timeout: 60_000, interval: 100 },
      );
      return { run: located(name, runId), command };
    },
    async untilRequests(run, count) {
      await vi.waitFor(() => expect(requestsOf(run)).toBeGreaterThanOrEqual(count), {
        timeout: 60_000,
        interval: 10,
      });
    },
    async expectWhole(run) {
      const verdict = await judgeRun(stack.session.store, run, emulator.journal());
      expect(verdict).toMatchObject({ ...wholeRun(verdict, size.texts + size.images), unknownCharges: 0 });
      expect((await verifyRun(stack.session.store, run)).findings).toEqual([]);
      return verdict;
    },
  };
}

/** Waits a minute until a command has said this. */
export async function untilSaid(command: RunningCommand, words: string | RegExp): Promise<void> {
  const wait = { timeout: 60_000, interval: 20 };
  await vi.waitFor(async () => expect(await command.said()).toMatch(words), wait);
}

/** Processes of the product that are taken away, and runs on them. */
export interface FaultWorld {
  readonly stack: ProcessStack;
  readonly runs: FaultRuns;
  close(): Promise<void>;
}

const key = 'sk_faults00000000000000000000000000';

/**
 * Starts an emulator, and a stack whose API it is; workers are started by the caller.
 *
 * @param environment - further environment of workers and commands
 * @param unfinished - why runs may be left without end. @default they may not
 */
export async function openFaultWorld(
  environment: Readonly<Record<string, string>>,
  options: Omit<EmulatorOptions, 'keys'> = {},
  unfinished?: string,
): Promise<FaultWorld> {
  const emulator = await startEmulator({ ...options, keys: [{ name: 'faults', key }] });
  try {
    const left = unfinished === undefined ? {} : { unfinished };
    const stack = await startProcessStack({ api: emulator.url, key, environment, ...left });
    return {
      stack,
      runs: faultRuns(stack, emulator),
      async close() {
        await stack.stop();
        await emulator.close();
      },
    };
  } catch (error) {
    await emulator.close();
    throw error;
  }
}
