import { createReadStream } from 'node:fs';
import { dirname } from 'node:path';

import { PollenBatchError } from '../../errors.ts';
import { decodeJobFile, maxFileBytes } from '../../manifest/decode-job-file.ts';
import { loadJob } from '../../manifest/load-job.ts';
import { jobChecks } from '../../pollinations/job-checks.ts';
import { allProblems, withoutObjects } from './count-items.ts';
import { fileReason } from './file-reason.ts';
import { InvalidJob } from './invalid-job.ts';
import { jobFolder } from './job-folder.ts';
import type { JobReading, JobSource, ReadJob } from './job-reading.ts';
import { readBatch } from './read-batch.ts';

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
 * @throws InvalidJob with every problem as a line of its own
 */
export async function readValidJob(source: JobSource, options?: ReadOptions): Promise<ReadJob> {
  const reading = await readJob(source, options);
  if ('problems' in reading) {
    const { file, rest } = reading;
    const local = rest === undefined ? reading : { ...reading, rest: withoutObjects(rest) };
    const { problems, warnings } = await allProblems(local, new Date().toISOString());
    throw new InvalidJob(file, problems, warnings);
  }
  return reading;
}

function check(text: string, file: string, folder: string): JobReading {
  const loaded = loadJob(text, file, jobChecks);
  const files = jobFolder(folder);
  if (!('problems' in loaded)) {
    return { file, ...loaded, files };
  }
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
