import { createHash } from 'node:crypto';

import { PollenBatchError } from '../errors.ts';
import { sha256 } from '../plan/digest.ts';
import { isObjectPath, type JobFiles } from '../plan/job-files.ts';
import { readWhole, type JobInput } from '../plan/job-inputs.ts';
import { globPattern } from '../plan/sources/glob.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** Names the object that holds some bytes. */
type KeyOf = (sha256: string) => string;

/** Files of a job that remember which of them have been opened. */
export function rememberOpened(files: JobFiles): {
  readonly files: JobFiles;
  readonly opened: () => readonly string[];
} {
  const opened = new Set<string>();
  return {
    files: {
      ...files,
      open(path) {
        if (!isObjectPath(path)) opened.add(path);
        return files.open(path);
      },
    },
    opened: () => [...opened].sort(),
  };
}

/**
 * Tells the files at some paths as they are now.
 *
 * @param known - those that are told already
 */
export async function hashInputs(
  files: JobFiles,
  paths: readonly string[],
  known: readonly JobInput[],
): Promise<readonly JobInput[]> {
  const inputs: JobInput[] = [...known];
  for (const path of paths) {
    if (known.some((input) => input.path === path)) continue;
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of files.open(path)) {
      hash.update(chunk);
      bytes += chunk.byteLength;
    }
    inputs.push({ path, sha256: hash.digest('hex'), bytes, contentType: 'application/octet-stream' });
  }
  return inputs;
}

/**
 * Keeps the files that a job uses in the bucket, each bytes once: whoever runs the job has no folder of its author's.
 *
 * @throws PollenBatchError `job-invalid` when one is not what it was when the job was planned
 */
export async function keepInputs(
  store: ObjectStore,
  keyOf: KeyOf,
  files: JobFiles,
  inputs: readonly JobInput[],
): Promise<void> {
  const once = new Map(inputs.map((input) => [input.sha256, input]));
  for (const { path, bytes, contentType, sha256: known } of once.values()) {
    const reading = await readWhole(files, path, bytes);
    if ('refusal' in reading || sha256(reading.bytes) !== known) {
      throw new PollenBatchError('job-invalid', `the file ${path} has changed while its job was planned`, {
        remedy: 'Give the command again once the file stays as it is.',
      });
    }
    await store.putOnce(keyOf(known), reading.bytes, { contentType });
  }
}

/** The files of a job, where they are kept. */
export function keptFiles(store: ObjectStore, keyOf: KeyOf, inputs: readonly JobInput[] = []): JobFiles {
  const keys = new Map(inputs.map((input) => [input.path, keyOf(input.sha256)]));
  return {
    async *open(path) {
      const key = keys.get(path);
      const object = key === undefined ? undefined : await store.get(key);
      if (object === undefined) {
        throw new PollenBatchError('job-invalid', `the file ${path} was not kept with its job`, {
          remedy: 'Give the job again from where its files are.',
        });
      }
      yield object.body;
    },
    match(glob) {
      const pattern = globPattern(glob);
      return Promise.resolve([...keys.keys()].filter((path) => pattern.test(path)));
    },
  };
}
