import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundleWorkflowCode } from '@temporalio/worker';
import type { Logger } from 'pino';

const here = dirname(fileURLToPath(import.meta.url));

/** Folders whose code can end up in the workflow sandbox. */
const sources = ['workflows', 'records', 'pollen'];

/**
 * The workflow code as one file, built when the sources have changed since it was built last, so that a worker that
 * restarts is back at once.
 *
 * @param cacheDir - folder of built bundles
 */
export async function workflowBundle(
  cacheDir: string,
  logger: Logger,
): Promise<{ readonly codePath: string }> {
  const codePath = join(cacheDir, 'bundles', `workflows-${sourceDigest()}.js`);
  if (existsSync(codePath)) return { codePath };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(here, 'workflows', `index${extname(import.meta.url)}`),
    logger: {
      log: () => {},
      trace: () => {},
      debug: () => {},
      info: () => {},
      warn: (message) => logger.warn(message),
      error: (message) => logger.error(message),
    },
  });
  mkdirSync(dirname(codePath), { recursive: true });
  const half = `${codePath}.${process.pid}`;
  writeFileSync(half, code);
  renameSync(half, codePath);
  return { codePath };
}

function sourceDigest(): string {
  const hash = createHash('sha256');
  const sdk = createRequire(import.meta.url).resolve('@temporalio/workflow/package.json');
  hash.update(readFileSync(sdk));
  for (const folder of sources) {
    for (const name of readdirSync(join(here, folder)).sort()) {
      if (!/\.(ts|js)$/.test(name) || name.endsWith('.d.ts')) continue;
      hash.update(name).update(readFileSync(join(here, folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
