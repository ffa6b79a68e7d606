import { PollenBatchError } from '../errors.ts';
import { sha256 } from '../plan/digest.ts';
import type { JobFiles } from '../plan/job-files.ts';
import { readWhole, type JobInput } from '../plan/job-inputs.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** Names the object that holds some bytes. */
type KeyOf = (sha256: string) => string;

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
    match: () => Promise.resolve([]),
  };
}
