import type { Entry } from '../../manifest/job.ts';
import { comparePlaces, type Problem } from '../../manifest/problem.ts';
import { expandJob } from '../../plan/expand/expand-job.ts';
import { expectDoubts } from '../../plan/expect-doubts.ts';
import { createFindings } from '../../plan/findings.ts';
import { createGiveWay } from '../../plan/give-way.ts';
import { isObjectPath } from '../../plan/job-files.ts';
import { createItemPlanner } from '../../plan/plan-item.ts';
import { withRest } from '../../plan/problem-list.ts';
import { jobChecks } from '../../pollinations/job-checks.ts';
import type { ReadJob, WrongJob } from './job-reading.ts';

/** What checking a job file found. */
export type Validation = { readonly file: string; readonly warnings: readonly Problem[] } & (
  | { readonly items: number }
  | { readonly problems: readonly Problem[] }
);

/** Problems that may only come of what is left out of a file that has others. */
const consequences: ReadonlySet<Problem['code']> = new Set(['id-reserved', 'entry-empty']);

/** Spreads a job out into its items, and plans each, to see whether all of them can be called. */
export async function countItems(reading: ReadJob, time: string): Promise<Validation> {
  const { file } = reading;
  const tried = await tryItems(reading, time);
  const warnings = [...reading.warnings, ...tried.warnings];
  return tried.problems.length > 0
    ? { file, warnings, problems: withRest(tried.problems, tried.isCut) }
    : { file, warnings, items: tried.items };
}

async function tryItems({ job, ...context }: ReadJob, time: string) {
  const findings = createFindings(context);
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
    if (expansion.kind === 'problem') findings.problem(expansion.problem);
    else if (expansion.kind === 'warning') findings.warning(expansion.problem);
    else {
      items += 1;
      const { item } = expansion;
      findings.doubts(item, expectDoubts(item));
      // With an id no seed is drawn from the content, which would be digested for nothing.
      const made = planner.plan({ ...item, id: item.id ?? String(item.number) });
      const planning = made instanceof Promise ? await made : made;
      if ('faults' in planning) findings.faults(item, planning.faults);
    }
    if (findings.isFull()) break;
  }
  return { items, ...findings.end() };
}

/** Everything that is wrong with a job, or odd: with its file, and with the data of what is right about it. */
export async function allProblems(
  { file, problems, rest }: WrongJob,
  time: string,
): Promise<Extract<Validation, { readonly problems: unknown }>> {
  if (rest === undefined) return { file, warnings: [], problems };
  const tried = await tryItems(rest, time);
  // A place that has a problem already tells of the same slip.
  const places = new Set(problems.map(placeName));
  const found = tried.problems.filter(
    (problem) => !consequences.has(problem.code) && !places.has(placeName(problem)),
  );
  const own = [...problems, ...found.filter((problem) => problem.file === file)];
  const all = [...own.sort(comparePlaces), ...found.filter((problem) => problem.file !== file)];
  return { file, warnings: [...rest.warnings, ...tried.warnings], problems: withRest(all, tried.isCut) };
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
