import { withObjects, type OpenObject } from '../plan/job-files.ts';
import { allProblems, countItems, isRemote, withoutObjects, type Validation } from './count-items.ts';
import { readJob, type JobSource, type ReadJob } from './read-job.ts';

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
  const reading = await readJob(source);
  const time = new Date().toISOString();
  if (!('problems' in reading)) return countItems(await withRemote(reading, findObjects), time);
  const { file, problems, rest } = reading;
  const checked = rest === undefined ? {} : { rest: await withRemote(rest, findObjects) };
  return { file, problems: await allProblems({ file, problems, ...checked }, time) };
}

async function withRemote(reading: ReadJob, findObjects: FindObjects | undefined): Promise<ReadJob> {
  const openObject = reading.job.entries.some(isRemote) ? await findObjects?.() : undefined;
  return openObject === undefined
    ? withoutObjects(reading)
    : { ...reading, files: withObjects(reading.files, openObject) };
}
