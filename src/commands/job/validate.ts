import { PollenBatchError } from '../../errors.ts';
import { withObjects, type OpenObject } from '../../plan/job-files.ts';
import { allProblems, countItems, isRemote, withoutObjects, type Validation } from './count-items.ts';
import type { JobSource, ReadJob, WrongJob } from './job-reading.ts';
import { readJob } from './read-job.ts';

/** Finds what reads objects of buckets, if anything here does. */
export type FindObjects = () => Promise<OpenObject | undefined>;

/**
 * Reads and checks job files, with the data that they name; nothing is started.
 *
 * @param findObjects - finds what reads `s3://` data, where there is any; without it that stays unchecked, and a warning
 *   says so
 */
export async function validate(
  files: readonly string[],
  findObjects?: FindObjects,
): Promise<readonly Validation[]> {
  const validations: Validation[] = [];
  for (const file of files) validations.push(await validateFile(file, findObjects));
  return validations;
}

async function validateFile(source: JobSource, findObjects: FindObjects | undefined): Promise<Validation> {
  const reading = await readJob(source).catch((error: unknown) => unreadable(source, error));
  const time = new Date().toISOString();
  if (!('problems' in reading)) return countItems(await withRemote(reading, findObjects), time);
  const { file, problems, rest } = reading;
  const checked = rest === undefined ? {} : { rest: await withRemote(rest, findObjects) };
  return allProblems({ file, problems, ...checked }, time);
}

/** A file that is not there is a problem of its own, so that those after it are checked all the same. */
function unreadable(source: JobSource, error: unknown): WrongJob {
  if (!(error instanceof PollenBatchError) || error.code !== 'usage') throw error;
  const file = typeof source === 'string' ? source : source.name;
  const { message } = error;
  return { file, problems: [{ file, line: 1, column: 1, code: 'file-unreadable', message }] };
}

async function withRemote(reading: ReadJob, findObjects: FindObjects | undefined): Promise<ReadJob> {
  const openObject = reading.job.entries.some(isRemote) ? await findObjects?.() : undefined;
  return openObject === undefined
    ? withoutObjects(reading)
    : { ...reading, files: withObjects(reading.files, openObject) };
}
