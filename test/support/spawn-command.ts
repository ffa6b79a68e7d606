import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A command of the product, what it has said so far, and its exit code. */
export interface SpawnedCommand {
  readonly child: ChildProcess;
  readonly said: { readonly out: string; readonly error: string };
  readonly ended: Promise<number | null>;
}

const entry = fileURLToPath(new URL('../../bin/pollen-batch.js', import.meta.url));

/** Starts a command with no environment but this one and where programs and caches are. */
export function spawnCommand(
  parameters: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  cwd?: string,
): SpawnedCommand {
  const child = spawn(process.execPath, [entry, ...parameters], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', error: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.error += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, said, ended };
}
