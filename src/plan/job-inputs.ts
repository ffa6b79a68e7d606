import { PollenBatchError } from '../errors.ts';
import { collectBytes } from './collect-bytes.ts';
import type { JobFiles } from './job-files.ts';

/** A file of its author's that a job uses. */
export interface JobInput {
  /** As the job names it. */
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly contentType: string;
}

/** A file's bytes, or why there are none to use. */
export type FileReading =
  | { readonly bytes: Uint8Array }
  | { readonly refusal: 'unreadable' | 'too-large'; readonly reason: string };

/** Reads a file whole, up to so many bytes. */
export async function readWhole(files: JobFiles, path: string, most: number): Promise<FileReading> {
  try {
    const bytes = await collectBytes(files.open(path), most);
    return bytes === undefined
      ? { refusal: 'too-large', reason: `it has more than ${most / 1024 / 1024} MiB` }
      : { bytes };
  } catch (error) {
    // Anything else is no fault of the job's.
    if (!(error instanceof PollenBatchError) || error.code !== 'job-invalid') throw error;
    return { refusal: 'unreadable', reason: error.message };
  }
}
