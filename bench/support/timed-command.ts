import { setTimeout as pause } from 'node:timers/promises';

import type { ProcessStack } from '../../test/support/process-stack.ts';
import { peakMemoryOf } from './processes.ts';

/** What a command took. */
export interface TimedCommand {
  readonly seconds: number;
  /** Most memory that it held; absent where the system has no `/proc`. */
  readonly peakMb: number | undefined;
  readonly stdout: string;
}

/**
 * Runs a command of the product to its end.
 *
 * @throws Error with what it said when it fails
 */
export async function timedCommand(stack: ProcessStack, ...parameters: string[]): Promise<TimedCommand> {
  const startedAt = performance.now();
  const command = await stack.begin(...parameters);
  const state = { isOver: false };
  const ended = command.ended.finally(() => (state.isOver = true));
  let peakMb: number | undefined;
  while (!state.isOver) {
    peakMb = peakMemoryOf(command.pid) ?? peakMb;
    await Promise.race([pause(100), ended]);
  }
  const { code, stdout, stderr } = await ended;
  if (code !== 0) throw new Error(`${parameters[0]} failed: ${stderr}`);
  return { seconds: (performance.now() - startedAt) / 1_000, peakMb, stdout };
}
