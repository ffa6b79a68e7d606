import { PollenBatchError } from '../errors.ts';
import { quoted } from '../manifest/printable.ts';
import { isObject, type JobFiles } from '../plan/job-files.ts';
import { sha256 } from '../plan/digest.ts';
import { globPattern } from '../plan/sources/glob.ts';
import { keptInputKey, type JobLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** A file of a scheduled job, as it was when the schedule was applied. */
export interface KeptInput {
  /** As the job names it, or as a glob of it matched. */
  readonly path: string;
  readonly sha256: string;
}

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
        if (!isObject(path)) opened.add(path);
        return files.open(path);
      },
    },
    opened: () => [...opened].sort(),
  };
}

/** Reads files to be kept: their digests now, their bytes once more when they are stored. */
export async function hashInputs(files: JobFiles, paths: readonly string[]): Promise<readonly KeptInput[]> {
  const inputs: KeptInput[] = [];
  for (const path of paths) inputs.push({ path, sha256: sha256(await readAll(files, path)) });
  return inputs;
}

/**
 * Stores the files that a scheduled job reads, so that its runs need nobody's disk; the same bytes are stored once.
 *
 * @throws PollenBatchError `job-invalid` when one of them has changed since it was hashed
 */
export async function keepInputs(
  store: ObjectStore,
  location: JobLocation,
  files: JobFiles,
  inputs: readonly KeptInput[],
): Promise<void> {
  for (const { path, sha256: digest } of inputs) {
    const bytes = await readAll(files, path);
    if (sha256(bytes) !== digest) {
      throw new PollenBatchError('job-invalid', `${quoted(path)} has changed while it was read`, {
        remedy: 'Nothing was changed. Apply it again once the file is whole.',
      });
    }
    await store.putOnce(keptInputKey(location, digest), bytes, { contentType: 'application/octet-stream' });
  }
}

/** The files that a schedule keeps, for its runs. */
export function keptFiles(store: ObjectStore, location: JobLocation, inputs: readonly KeptInput[]): JobFiles {
  const digests = new Map(inputs.map((input) => [input.path, input.sha256]));
  async function* open(path: string): AsyncGenerator<Uint8Array> {
    const digest = digests.get(path);
    if (digest === undefined) throw missing(path, 'is not among the files that the schedule keeps');
    const object = await store.get(keptInputKey(location, digest));
    if (object === undefined) throw missing(path, 'is gone from the bucket');
    yield object.body;
  }
  return {
    open,
    match(glob) {
      const pattern = globPattern(glob);
      return Promise.resolve([...digests.keys()].filter((path) => pattern.test(path)));
    },
  };
}

function missing(path: string, what: string): PollenBatchError {
  return new PollenBatchError('job-invalid', `${quoted(path)} ${what}; apply the schedule again`);
}

async function readAll(files: JobFiles, path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of files.open(path)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
