import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { EmulatorOptions, JournalEntry } from '../../../src/emulator/index.ts';
import type { SettingsChange } from '../../../src/emulator/settings.ts';
import { startGuard, type Child } from '../../../src/local/child.ts';
import { choosePorts } from '../../../src/local/ports.ts';
import { untilReady } from '../../../src/local/ready.ts';
import { fetchJournal } from '../../checker/check-stack.ts';
import { restartable, type RestartableServer } from '../../support/restartable.ts';
import { changeSettings } from '../../support/change-settings.ts';

/** An API in a process of its own, that is killed and comes back with its journal, cache and wallet. */
export interface EmulatorServer extends AsyncDisposable {
  readonly port: number;
  readonly process: RestartableServer;
  /** Changes settings. Those of its start come back with a restart. */
  change(settings: SettingsChange): Promise<void>;
  /** What it has noted, from an entry on. */
  journal(from?: number): Promise<readonly JournalEntry[]>;
}

/** Starts the API with a journal in a folder. */
export async function startEmulatorServer(
  folder: string,
  options: Omit<EmulatorOptions, 'port' | 'journal'>,
): Promise<EmulatorServer> {
  const guard = await startGuard();
  const { emulator: port } = await choosePorts({ names: ['emulator'] });
  const url = `http://127.0.0.1:${port}`;
  const all: EmulatorOptions = { ...options, port, journal: join(folder, 'journal.jsonl') };
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const start = async (): Promise<{ readonly child: Child }> => {
    const child = await guard.start({
      name: 'emulator',
      command: process.execPath,
      arguments: ['--import', loader, fileURLToPath(new URL('emulator-main.ts', import.meta.url))],
      environment: { PATH: process.env['PATH'] ?? '', NEMESIS_EMULATOR: JSON.stringify(all) },
      logFile: join(folder, 'emulator.log'),
    });
    const check = async (): Promise<void> => void (await (await fetch(`${url}/text/models`)).arrayBuffer());
    await untilReady({ child, timeoutMs: 60_000, check });
    return { child };
  };
  const { server } = await restartable(start);
  return {
    port,
    process: server,
    journal: (from) => fetchJournal(url, from),
    change: (settings) => changeSettings(url, settings),
    [Symbol.asyncDispose]: () => guard.close(),
  };
}
