import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const folder = fileURLToPath(new URL('../readers/', import.meta.url));

/** The Python that reads results back; `undefined` where `test/readers/prepare` has not made it. */
export function findReaders(): string | undefined {
  const digest = createHash('sha256')
    .update(readFileSync(join(folder, 'requirements.txt')))
    .digest('hex');
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const place = join(cache, 'pollen-batch', `readers-${digest.slice(0, 10)}`);
  return existsSync(join(place, 'ready')) ? join(place, 'bin/python') : undefined;
}

/**
 * Runs a script of `test/readers`, and gives what it prints.
 *
 * @throws Error with what it complains of
 */
export async function askReaders(
  python: string,
  script: string,
  ...parameters: readonly string[]
): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(python, [join(folder, script), ...parameters], {
    env: { ...process.env, HF_HUB_OFFLINE: '1', HF_DATASETS_OFFLINE: '1', PYTHONDONTWRITEBYTECODE: '1' },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (stderr !== '') throw new Error(stderr);
  return stdout;
}
