import { emulatorKeys } from '../../src/emulator/index.ts';
import {
  startProcessStack,
  type ProcessStack,
  type ProcessStackOptions,
} from '../../test/support/process-stack.ts';
import { buildProgram } from './build.ts';
import { startEmulatorProcess, type EmulatorProcess } from './emulator-process.ts';

/** Servers of a measurement, each a process of its own. */
export interface Servers {
  readonly stack: ProcessStack;
  readonly emulator: EmulatorProcess;
}

/** Measures the compiled program on fresh servers, and stops them whatever comes of it. No worker is started. */
export async function onStack<Result>(
  environment: Readonly<Record<string, string>>,
  measure: (servers: Servers) => Promise<Result>,
  expected: Pick<ProcessStackOptions, 'unchecked' | 'unfinished'> = {},
): Promise<Result> {
  buildProgram();
  const emulator = await startEmulatorProcess();
  try {
    const key = emulatorKeys.secret;
    const stack = await startProcessStack({ api: emulator.url, key, environment, ...expected });
    try {
      return await measure({ stack, emulator });
    } finally {
      await stack.stop();
    }
  } finally {
    await emulator.stop();
  }
}
