import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { bundleWorkflowCode } from '@temporalio/worker';
import type { Logger } from 'pino';

const here = dirname(fileURLToPath(import.meta.url));

/** Folders whose code can end up in the workflow sandbox. */
const sources = ['workflows', 'records', 'pollen', 'notices'];

/**
 * The workflow code as one file: the one that came with the package, or one that is built when the sources have changed
 * since it was built last. Either way a worker that restarts is back at once.
 *
 * @param cacheDir - folder of built bundles
 */
export async function workflowBundle(
  cacheDir: string,
  logger: Pick<Logger, 'warn' | 'error'>,
): Promise<{ readonly codePath: string }> {
  const name = bundleName();
  const prebuilt = join(here, name);
  if (existsSync(prebuilt)) return { codePath: prebuilt };
  const codePath = join(cacheDir, 'bundles', name);
  if (!existsSync(codePath)) await build(codePath, logger);
  return { codePath };
}

/** Builds the workflow code beside this file, as a package ships it. */
export function prebuildWorkflows(): Promise<void> {
  // oxlint-disable-next-line no-console -- a step of the build, which has no logger
  return build(join(here, bundleName()), console);
}

async function build(codePath: string, logger: Pick<Logger, 'warn' | 'error'>): Promise<void> {
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
    webpackConfigHook: (config) => ({
      ...config,
      // Paths from the package's folder, and a map without sources: nothing of this machine gets into what is shipped.
      context: dirname(here),
      devtool: 'inline-nosources-source-map',
      output: { ...config.output, devtoolModuleFilenameTemplate: '[resource-path]' },
    }),
  });
  mkdirSync(dirname(codePath), { recursive: true });
  const half = `${codePath}.${process.pid}`;
  writeFileSync(half, code);
  renameSync(half, codePath);
}

// The name tells the code it was made from: a bundle of other code is never found.
function bundleName(): string {
  const hash = createHash('sha256');
  const sdk = createRequire(import.meta.url).resolve('@temporalio/workflow/package.json');
  hash.update(readFileSync(sdk));
  for (const folder of sources) {
    for (const name of readdirSync(join(here, folder)).sort()) {
      if (!/\.(ts|js)$/.test(name) || name.endsWith('.d.ts')) continue;
      hash.update(name).update(readFileSync(join(here, folder, name)));
    }
  }
  return `workflows-${hash.digest('hex').slice(0, 16)}.js`;
}
