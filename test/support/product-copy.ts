import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Other words at a place of the sources, as another version's would be. */
export type Edit = readonly [file: string, from: string, to: string];

/**
 * Makes a copy of the product in which some words are others.
 *
 * @returns its entry
 * @throws Error when an edit finds nothing to change
 */
export async function copyProduct(folder: string, edits: readonly Edit[]): Promise<string> {
  for (const name of ['bin', 'src', 'package.json', 'tsconfig.json']) {
    await cp(join(repository, name), join(folder, name), { recursive: true });
  }
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, from, to] of edits) {
    const path = join(folder, 'src', file);
    const source = await readFile(path, 'utf8');
    const changed = source.replaceAll(from, to);
    if (changed === source) throw new Error(`${file} has no ${from}`);
    await writeFile(path, changed);
  }
  return join(folder, 'bin/pollen-batch.js');
}
