import type { Entry } from '../manifest/job.ts';
import type { Problem } from '../manifest/problem.ts';
import { expandJob } from '../plan/expand/expand-job.ts';
import { isObject, withObjects, type OpenObject } from '../plan/job-files.ts';
import { jobChecks } from '../pollinations/job-checks.ts';
import { readJob, type JobSource, type ReadJob } from './read-job.ts';

/** What checking a job file found. */
export type Validation =
  | { readonly file: string; readonly items: number; readonly warnings: readonly Problem[] }
  | { readonly file: string; readonly problems: readonly Problem[] };

/** Finds what reads objects of buckets, if anything here does. */
export type FindObjects = () => Promise<OpenObject | undefined>;

/** Problems that are told; one slip in a template is one in every row. */
const MAX_PROBLEMS = 100;

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
  if ('problems' in reading) return reading;
  const time = new Date().toISOString();
  const openObject = reading.job.entries.some(isRemote) ? await findObjects?.() : undefined;
  return openObject === undefined
    ? countItems(withoutObjects(reading), time)
    : countItems({ ...reading, files: withObjects(reading.files, openObject) }, time);
}

function isRemote({ from }: Entry): boolean {
  return from !== undefined && isObject(from.path);
}

/** A job without what it reads from a bucket, which a warning says for each. */
export function withoutObjects(reading: ReadJob): ReadJob {
  const { file, job, placeOf } = reading;
  const warnings = job.entries.filter(isRemote).map(({ path, from }): Problem => ({
    file,
    ...placeOf([...path, 'from']),
    code: 'source-missing',
    message: `${from?.path} is not checked, as no bucket is configured here`,
  }));
  return {
    ...reading,
    job: { ...job, entries: job.entries.filter((entry) => !isRemote(entry)) },
    warnings: [...reading.warnings, ...warnings],
  };
}

/** Spreads a job out into its items to see whether all of them can be. */
export async function countItems({ job, warnings, ...context }: ReadJob, time: string): Promise<Validation> {
  const { file } = context;
  const problems: Problem[] = [];
  let items = 0;
  for await (const expansion of expandJob(job, { ...context, time, checks: jobChecks })) {
    if (expansion.kind === 'item') items += 1;
    else problems.push(expansion.problem);
    if (problems.length >= MAX_PROBLEMS) break;
  }
  return problems.length > 0 ? { file, problems } : { file, items, warnings };
}
