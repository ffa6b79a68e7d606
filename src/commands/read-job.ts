import { createReadStream } from 'node:fs';
import { dirname } from 'node:path';

import { PollenBatchError } from '../errors.ts';
import { decodeJobFile, maxFileBytes } from '../manifest/decode-job-file.ts';
import type { FilePath, Job } from '../manifest/job.ts';
import { loadJob } from '../manifest/load-job.ts';
import { formatProblem, type Place, type Problem } from '../manifest/problem.ts';
import type { JobFiles } from '../plan/job-files.ts';
import { jobChecks } from '../pollinations/job-checks.ts';
import { allProblems, withoutObjects } from './count-items.ts';
import { fileReason } from './file-reason.ts';
import { jobFolder } from './job-folder.ts';
import { readBatch } from './read-batch.ts';

/** A job as it was read: what it says, and where its parts and the files that it names are. */
export interface ReadJob {
  /** Names the job file in problems. */
  readonly file: string;
  readonly job: Job;
  readonly warnings: readonly Problem[];
  /** Where a value stands in the job file. */
  readonly placeOf: (path: FilePath) => Place;
  /** The files that the job names. */
  readonly files: JobFiles;
}

/** What reading a job file gave: a job, or every problem of the file. */
export type JobReading = ReadJob | WrongJob;

/** A job file with problems. */
export interface WrongJob {
  readonly file: string;
  readonly problems: readonly Problem[];
  /** What is right about it, whose data may have problems of their own. */
  readonly rest?: ReadJob;
}

/**
 * A path, `-` for standard input, or the text of a job file and its name for problems. Files that a job names are below
 * its own folder, or below the working directory where it has none.
 */
export type JobSource = string | { readonly text: string; readonly name: string };

/** How a job is read. */
export interface ReadOptions {
  /** Takes the place of the model that each line of a batch file names. */
  readonly model?: string | undefined;
}

/**
 * Reads and checks a job file, or finds a batch file.
 *
 * @throws PollenBatchError `usage` when it cannot be read
 */
export async function readJob(source: JobSource, options: ReadOptions = {}): Promise<JobReading> {
  const batch = source === '-' ? undefined : await readBatch(source, options.model);
  if (batch !== undefined) return batch;
  if (typeof source !== 'string') return check(source.text, source.name, '.');
  const name = source === '-' ? 'stdin' : source;
  const decoded = decodeJobFile(await readBytes(source), name);
  if ('problems' in decoded) return { file: name, problems: decoded.problems };
  return source === '-'
    ? readJob({ text: decoded.text, name }, options)
    : check(decoded.text, name, dirname(source));
}

/**
 * Reads a job that must be right.
 *
 * @throws PollenBatchError `job-invalid` with every problem as a line of its own
 */
export async function readValidJob(source: JobSource, options?: ReadOptions): Promise<ReadJob> {
  const reading = await readJob(source, options);
  if ('problems' in reading) {
    const { file, rest } = reading;
    const local = rest === undefined ? reading : { ...reading, rest: withoutObjects(rest) };
    throw invalidJob(file, await allProblems(local, new Date().toISOString()));
  }
  return reading;
}

/** The error of a job with problems, each of them a line of its own. */
export function invalidJob(file: string, problems: readonly Problem[]): PollenBatchError {
  const { length } = problems;
  return new PollenBatchError(
    'job-invalid',
    `${file} has ${length} ${length === 1 ? 'problem' : 'problems'}`,
    {
      details: problems.map(formatProblem),
      remedy: 'Nothing was started. Correct the file, and check it with `pollen-batch validate`.',
    },
  );
}

function check(text: string, file: string, folder: string): JobReading {
  const loaded = loadJob(text, file, jobChecks);
  const files = jobFolder(folder);
  if (!('problems' in loaded)) return { file, ...loaded, files };
  const { problems, rest } = loaded;
  return { file, problems, ...(rest === undefined ? {} : { rest: { file, ...rest, warnings: [], files } }) };
}

/** Reads no further than shows that there is too much: a pipe or a device may have no end. */
async function readBytes(file: string): Promise<Uint8Array> {
  try {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of file === '-' ? process.stdin : createReadStream(file)) {
      chunks.push(chunk as Uint8Array);
      bytes += (chunk as Uint8Array).length;
      if (bytes > maxFileBytes) break;
    }
    return Buffer.concat(chunks);
  } catch (error) {
    throw new PollenBatchError('usage', `the job file ${file} cannot be read: ${fileReason(error)}`, {
      remedy: 'Check the path; `-` reads standard input.',
      cause: error,
    });
  }
}
