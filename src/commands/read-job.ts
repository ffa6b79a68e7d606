import { readFile } from 'node:fs/promises';

import { PollenBatchError } from '../errors.ts';
import { decodeJobFile } from '../manifest/decode-job-file.ts';
import type { Job } from '../manifest/job.ts';
import { loadJob } from '../manifest/load-job.ts';
import { formatProblem, type Problem } from '../manifest/problem.ts';
import { paramProblems } from '../pollinations/params.ts';
import { promptProblem } from '../pollinations/prompt-problem.ts';

/** What reading a job file gave: a job, or every problem of the file. */
export type JobReading =
  | { readonly file: string; readonly job: Job; readonly warnings: readonly Problem[] }
  | { readonly file: string; readonly problems: readonly Problem[] };

/** A path, `-` for standard input, or the text of a job file and its name for problems. */
export type JobSource = string | { readonly text: string; readonly name: string };

/**
 * Reads and checks a job file.
 *
 * @throws PollenBatchError `usage` when it cannot be read
 */
export async function readJob(source: JobSource): Promise<JobReading> {
  if (typeof source !== 'string') return check(source.text, source.name);
  const name = source === '-' ? 'stdin' : source;
  const decoded = decodeJobFile(await readBytes(source), name);
  return 'problems' in decoded ? { file: name, problems: decoded.problems } : check(decoded.text, name);
}

/**
 * Reads a job that must be right.
 *
 * @throws PollenBatchError `job-invalid` with every problem as a line of its own
 */
export async function readValidJob(
  source: JobSource,
): Promise<{ readonly job: Job; readonly warnings: readonly Problem[] }> {
  const reading = await readJob(source);
  if (!('problems' in reading)) return reading;
  const { length } = reading.problems;
  throw new PollenBatchError(
    'job-invalid',
    `${reading.file} has ${length} ${length === 1 ? 'problem' : 'problems'}`,
    {
      details: reading.problems.map(formatProblem),
      remedy: 'Nothing was started. Correct the file, and check it with `pollen-batch validate`.',
    },
  );
}

function check(text: string, file: string): JobReading {
  return { file, ...loadJob(text, file, { paramProblems, promptProblem }) };
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    if (file !== '-') return await readFile(file);
    const chunks: Uint8Array[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
    return Buffer.concat(chunks);
  } catch (error) {
    throw new PollenBatchError('usage', `the job file ${file} cannot be read: ${reasonOf(error)}`, {
      remedy: 'Check the path; `-` reads standard input.',
      cause: error,
    });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'Unknown';
  return reasons[code] ?? code;
}
