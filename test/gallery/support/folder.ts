import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for pages, and what removes it. */
export async function galleryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'pollen-batch-gallery-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
