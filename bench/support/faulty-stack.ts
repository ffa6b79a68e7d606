import { join } from 'node:path';

import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import { temporaryFolder } from '../../test/support/local-servers.ts';
import { manyFaults } from '../../test/support/kill-run.ts';
import { startProcessStack, type ProcessStack } from '../../test/support/process-stack.ts';

/** A stack without a rate limit, before an emulator of which 17 % of all calls fail. */
export async function startFaultyStack(
  key: string,
  seed: number,
): Promise<{ readonly emulator: Emulator; readonly stack: ProcessStack }> {
  const folder = await temporaryFolder();
  const emulator = await startEmulator({
    // In memory it would forget the first requests of a long run.
    journal: join(folder.path, 'journal.jsonl'),
    keys: [{ name: 'canary', key }],
    faults: { ...manyFaults, '429': 0.025, '500': 0.025 },
    latency: { kind: 'lognormal', medianMs: 40, sigma: 0.5 },
    gatewayTimeoutMs: 300,
    seed,
  });
  const environment = { POLLEN_BATCH_RPS: 'none' };
  const close = async (): Promise<void> => {
    await emulator.close();
    await folder.remove();
  };
  return {
    emulator: { ...emulator, close },
    stack: await startProcessStack({ api: emulator.url, key, environment }),
  };
}
