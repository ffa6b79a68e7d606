import type { Entry } from '../manifest/job.ts';
import { comparePlaces, type Problem } from '../manifest/problem.ts';
import { expandJob } from '../plan/expand/expand-job.ts';
import { createFaultTeller } from '../plan/expand/fault-teller.ts';
import { createGiveWay } from '../plan/give-way.ts';
import { isObjectPath } from '../plan/job-files.ts';
import { createItemPlanner } from '../plan/plan-item.ts';
import { createProblemList, withRest, type ProblemList } from '../plan/problem-list.ts';
import { jobChecks } from '../pollinations/job-checks.ts';
import type { ReadJob, WrongJob } from './read-job.ts';

/** What checking a job file found. */
export type Validation =
  | { readonly file: string; readonly items: number; readonly warnings: readonly Problem[] }
  | { readonly file: string; readonly problems: readonly Problem[] };

/** Problems that may only come of what is left out of a file that has others. */
const consequences: ReadonlySet<Problem['code']> = new Set(['id-reserved', 'entry-empty']);

/** Spreads a job out into its items, and plans each, to see whether all of them can be called. */
export async function countItems(reading: ReadJob, time: string): Promise<Validation> {
  const { file, warnings } = reading;
  const { items, problems, warnings: doubts } = await tryItems(reading, time);
  const found = problems.first();
  return found.length > 0
    ? { file, problems: withRest(found, problems.isFull()) }
    : { file, items, warnings: [...warnings, ...doubts] };
}

async function tryItems(
  { job, ...context }: ReadJob,
  time: string,
): Promise<{
  readonly items: number;
  readonly problems: ProblemList;
  readonly warnings: readonly Problem[];
}> {
  const warnings: Problem[] = [];
  const problems = createProblemList();
  const faults = createFaultTeller(context);
  // What is wrong with an item does not hang on prices and lanes.
  const planner = createItemPlanner({
    api: { id: '', dialect: 'gen' },
    prices: [],
    laneOf: () => '',
    timezone: job.timezone ?? 'UTC',
    files: context.files,
    checks: jobChecks,
    seeds: { job: job.name, rule: job.seed ?? 'stable', allFresh: false, scope: time, mayRepeat: false },
  });
  let items = 0;
  const giveWay = createGiveWay();
  for await (const expansion of expandJob(job, { ...context, time, checks: jobChecks })) {
    const turn = giveWay();
    if (turn !== undefined) await turn;
    if (expansion.kind === 'problem') problems.add(expansion.problem);
    else if (expansion.kind === 'warning') warnings.push(expansion.problem);
    else {
      items += 1;
      const { item } = expansion;
      // With an id no seed is drawn from the content, which would be digested for nothing.
      const made = planner.plan({ ...item, id: item.id ?? String(item.number) });
      const planning = made instanceof Promise ? await made : made;
      for (const fault of 'faults' in planning ? planning.faults : []) {
        const told = faults.tell(item, fault);
        if (told !== undefined) problems.add(told);
      }
    }
    if (problems.isFull() || faults.isFull()) break;
  }
  for (const problem of faults.finish()) problems.add(problem);
  return { items, problems, warnings };
}

/** Everything that is wrong with a job: with its file, and with the data of what is right about it. */
export async function allProblems(
  { file, problems, rest }: WrongJob,
  time: string,
): Promise<readonly Problem[]> {
  if (rest === undefined) return problems;
  const tried = await tryItems(rest, time);
  // A place that has a problem already tells of the same slip.
  const places = new Set(problems.map(placeName));
  const found = tried.problems
    .first()
    .filter((problem) => !consequences.has(problem.code) && !places.has(placeName(problem)));
  const own = [...problems, ...found.filter((problem) => problem.file === file)];
  return withRest(
    [...own.sort(comparePlaces), ...found.filter((problem) => problem.file !== file)],
    tried.problems.isFull(),
  );
}

function placeName({ file, line, column }: Problem): string {
  return `${line}:${column}:${file}`;
}

/** Whether an entry reads an object of a bucket. */
export function isRemote({ from }: Entry): boolean {
  return from !== undefined && isObjectPath(from.path);
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
