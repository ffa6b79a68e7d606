import type { Entry } from '../manifest/job.ts';
import { comparePlaces, type Problem } from '../manifest/problem.ts';
import { expandJob } from '../plan/expand/expand-job.ts';
import { createGiveWay } from '../plan/give-way.ts';
import { isObject } from '../plan/job-files.ts';
import { jobChecks } from '../pollinations/job-checks.ts';
import type { ReadJob, WrongJob } from './read-job.ts';

/** What checking a job file found. */
export type Validation =
  | { readonly file: string; readonly items: number; readonly warnings: readonly Problem[] }
  | { readonly file: string; readonly problems: readonly Problem[] };

/** Problems that are told; one slip in a template is one in every row. */
const MAX_PROBLEMS = 100;

/** Problems that may only come of what is left out of a file that has others. */
const consequences: ReadonlySet<Problem['code']> = new Set(['id-reserved', 'item-empty']);

/** Spreads a job out into its items to see whether all of them can be. */
export async function countItems({ job, warnings, ...context }: ReadJob, time: string): Promise<Validation> {
  const { file } = context;
  const problems: Problem[] = [];
  let items = 0;
  const giveWay = createGiveWay();
  for await (const expansion of expandJob(job, { ...context, time, checks: jobChecks })) {
    const turn = giveWay();
    if (turn !== undefined) await turn;
    if (expansion.kind === 'item') items += 1;
    else problems.push(expansion.problem);
    if (problems.length >= MAX_PROBLEMS) break;
  }
  return problems.length > 0 ? { file, problems } : { file, items, warnings };
}

/** Everything that is wrong with a job: with its file, and with the data of what is right about it. */
export async function allProblems(
  { file, problems, rest }: WrongJob,
  time: string,
): Promise<readonly Problem[]> {
  if (rest === undefined) return problems;
  const counted = await countItems(rest, time);
  if (!('problems' in counted)) return problems;
  const found = counted.problems.filter(({ code }) => !consequences.has(code));
  const own = [...problems, ...found.filter((problem) => problem.file === file)];
  return [...own.sort(comparePlaces), ...found.filter((problem) => problem.file !== file)];
}

/** Whether an entry reads an object of a bucket. */
export function isRemote({ from }: Entry): boolean {
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
