import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startGuard } from '../../src/local/child.ts';
import { choosePorts } from '../../src/local/ports.ts';
import { untilReady } from '../../src/local/ready.ts';
import type { SettingsChange } from '../../src/emulator/settings.ts';
import { changeSettings } from '../../test/support/change-settings.ts';

/** An emulator in a process of its own. */
export interface EmulatorProcess {
  readonly url: string;
  readonly pid: number;
  change(settings: SettingsChange): Promise<void>;
  stop(): Promise<void>;
}

/** Starts `pollen-batch emulator` and waits until it answers. */
export async function startEmulatorProcess(): Promise<EmulatorProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'pollen-batch-bench-'));
  const journal = join(folder, 'journal.jsonl');
  const guard = await startGuard();
  const { emulator: port } = await choosePorts({ names: ['emulator'] });
  const url = `http://127.0.0.1:${port}`;
  const entry = fileURLToPath(new URL('../../bin/pollen-batch.js', import.meta.url));
  const child = await guard.start({
    name: 'emulator',
    command: process.execPath,
    // In memory its journal would forget the first requests of a long run.
    arguments: [entry, 'emulator', '--port', String(port), '--latency', '0', '--journal', journal],
    logFile: join(folder, 'emulator.log'),
  });
  const check = async (): Promise<void> => void (await (await fetch(`${url}/text/models`)).arrayBuffer());
  await untilReady({ child, timeoutMs: 30_000, check });
  return {
    url,
    pid: child.pid,
    change: (settings) => changeSettings(url, settings),
    async stop() {
      await child.stop({ fast: true });
      await guard.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
