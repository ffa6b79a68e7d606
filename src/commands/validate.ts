import type { Problem } from '../manifest/problem.ts';
import { expandJob } from '../plan/expand/expand-job.ts';
import { jobChecks } from '../pollinations/job-checks.ts';
import { readJob, type JobSource, type ReadJob } from './read-job.ts';

/** What checking a job file found. */
export type Validation =
  | { readonly file: string; readonly items: number; readonly warnings: readonly Problem[] }
  | { readonly file: string; readonly problems: readonly Problem[] };

/** Problems that are told; one slip in a template is one in every row. */
const MAX_PROBLEMS = 100;

/** Reads and checks job files, with the data that they name; nothing is started. */
export function validate(files: readonly string[]): Promise<readonly Validation[]> {
  return Promise.all(files.map(validateFile));
}

async function validateFile(source: JobSource): Promise<Validation> {
  const reading = await readJob(source);
  return 'problems' in reading ? reading : countItems(reading, new Date().toISOString());
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
