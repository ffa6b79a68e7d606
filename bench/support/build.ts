import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));
let isBuilt = false;

/**
 * Builds the program, once a process: what people install is compiled, and a clone whose build is old runs through a
 * loader that costs a second of CPU at each start.
 *
 * @throws Error with what the build said
 */
export function buildProgram(): void {
  if (isBuilt) return;
  const isWindows = process.platform === 'win32';
  const { status, stderr } = spawnSync(isWindows ? 'npm.cmd' : 'npm', ['run', '--silent', 'build'], {
    cwd: repository,
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: isWindows,
  });
  if (status !== 0) throw new Error(`the build failed: ${stderr.toString()}`);
  isBuilt = true;
}
