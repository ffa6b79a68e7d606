import { exitCodeOfWaits } from '../exit-codes.ts';
import { waitedData } from '../render/run-data.ts';
import { table } from '../render/words.ts';
import { resolveStored } from '../runs/resolve-run.ts';
import { keepTellingMissing } from '../session/tell-missing.ts';
import { waitFor } from '../runs/wait.ts';
import { configure, withReading } from './configure.ts';
import type { CommandContext, Outcome, OutputFlags } from './outcome.ts';

export interface WaitFlags extends OutputFlags {
  readonly exitStatus?: boolean;
  /** Seconds. */
  readonly timeout?: number;
  readonly waitPaused: boolean;
}

/** A timer holds no more than this many milliseconds: 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** `wait RUN…` */
export function waitAction(
  texts: readonly string[],
  { exitStatus, timeout, waitPaused }: WaitFlags,
  { terminal, interrupts }: CommandContext,
): Promise<Outcome> {
  return withReading(configure(), async (reading) => {
    const runs = await Promise.all(texts.map((text) => resolveStored(reading, text)));
    const options = {
      waitPaused,
      timeout:
        timeout === undefined
          ? new AbortController().signal
          : AbortSignal.timeout(Math.min(timeout * 1_000, LONGEST_MS)),
      signal: interrupts(),
    };
    const over = new AbortController();
    void keepTellingMissing(reading, runs, terminal, over.signal);
    const waited = await Promise.all(runs.map((run) => waitFor(reading, run, options))).finally(() =>
      over.abort(),
    );
    const late = waited.filter(({ kind }) => kind === 'late');
    if (late.length > 0)
      terminal.conclude(late.map(({ runId }) => `${runId} goes on: the time is over.`).join('\n'));
    const data = waited.map(waitedData);
    return {
      data,
      text: table(data.map(({ runId, state }) => [runId, state])),
      exitCode: exitCodeOfWaits(waited, exitStatus === true),
    };
  });
}
