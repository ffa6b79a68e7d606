import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { once } from 'node:events';

import { sha256 } from '../plan/digest.ts';
import type { ResultLine } from '../report/result-line.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Marker } from '../records/run-store.ts';
import { readChecked, readParts } from './read-results.ts';

const COPIES = 16;

/**
 * Copies an ended run to a folder of this machine: results, bill, report, errors, and every text and image as a file of
 * its own. Files that are there already with the right bytes are kept. Every artifact's sha256 is checked.
 *
 * @param folder - the run gets a folder of its own name below it
 * @returns the run's folder
 */
export async function copyResults(
  store: ObjectStore,
  run: RunLocation,
  marker: Marker,
  folder: string,
): Promise<string> {
  const target = join(folder, run.runId);
  await mkdir(join(target, 'items'), { recursive: true });
  const results = createWriteStream(join(target, 'results.jsonl'));
  for await (const { body, lines } of readParts(store, marker)) {
    if (!results.write(body)) await once(results, 'drain');
    for (let first = 0; first < lines.length; first += COPIES) {
      await Promise.all(
        lines.slice(first, first + COPIES).map((line) => copyItem(store, line, join(target, 'items'))),
      );
    }
  }
  results.end();
  await once(results, 'finish');
  const keys = runKeys(run);
  for (const key of [keys.report, keys.bill, keys.errors]) {
    await writeFile(join(target, basename(key)), await readChecked(store, key));
  }
  return target;
}

async function copyItem(store: ObjectStore, line: ResultLine, folder: string): Promise<void> {
  if (line.status !== 'succeeded') return;
  // Our own key, so its last part is a safe name: number and id, and an extension of ours.
  const name =
    line.artifact === undefined
      ? `${String(line.number).padStart(7, '0')}-${line.id}.txt`
      : basename(line.artifact.key);
  const file = join(folder, name);
  if (await isThere(file, line.sha256)) return;
  const body =
    line.artifact === undefined
      ? (line.text ?? '')
      : await readChecked(store, line.artifact.key, line.sha256);
  await writeFile(`${file}.part`, body);
  await rename(`${file}.part`, file);
}

async function isThere(file: string, digest: string): Promise<boolean> {
  try {
    return sha256(await readFile(file)) === digest;
  } catch {
    return false;
  }
}
