import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { PageCode } from './page-html.ts';

const here = dirname(fileURLToPath(import.meta.url));
const prebuilt = join(here, 'page.json');
const sources = join(here, 'page');

/**
 * The code of a gallery's page: the one that came with the package, or one that is built when its sources have changed since
 * it was built last.
 *
 * @param cacheDir - folder of what is built
 */
export async function pageCode(cacheDir: string): Promise<PageCode> {
  if (existsSync(prebuilt)) return readCode(prebuilt);
  const path = join(cacheDir, 'bundles', `gallery-${await hashOfSources()}.json`);
  if (!existsSync(path)) await build(sources, path);
  return readCode(path);
}

/**
 * Builds the code where a package has it.
 *
 * @param folder - of its sources
 */
export function prebuildPage(folder: string): Promise<void> {
  return build(folder, prebuilt);
}

async function build(folder: string, path: string): Promise<void> {
  // The package has no sources of the page, and no bundler.
  const { buildPage } = await import('./build-page.ts');
  const code = JSON.stringify(await buildPage(folder));
  await mkdir(dirname(path), { recursive: true });
  const half = `${path}.${process.pid}`;
  await writeFile(half, code);
  await rename(half, path);
}

async function readCode(path: string): Promise<PageCode> {
  return JSON.parse(await readFile(path, 'utf8')) as PageCode;
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const names = await readdir(sources, { recursive: true });
  for (const name of names.sort()) {
    if (!/\.(tsx?|css)$/.test(name)) continue;
    hash.update(name).update(await readFile(join(sources, name)));
  }
  for (const name of ['contract.ts', 'build-page.ts', '../../package-lock.json']) {
    hash.update(await readFile(join(here, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
