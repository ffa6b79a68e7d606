import type { Plan } from '../plan/plan.ts';
import { formatAmount, parseAmount, type Amount } from '../pollen/amount.ts';
import { readChanges } from '../records/changes.ts';
import { tallyLine, type ResultLine } from '../report/result-line.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import type { PlanSummary } from '../workflows/messages.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { readPageLines } from '../report/page-records.ts';

/**
 * The budget of a run as it was set last, and, where an execution that is gone has worked on it, what that has spent: a
 * fold over records and over what attempts without a record may have cost.
 */
export async function budgetOf(
  dependencies: ActivityDependencies,
  run: RunLocation,
  plan: Plan,
  resumed: boolean,
): Promise<Pick<PlanSummary, 'budget' | 'spent'>> {
  const { budget } = plan;
  if (budget === undefined) return {};
  const last = (await readChanges(dependencies.store, run)).at(-1)?.budget ?? budget;
  if (!resumed) return { budget: last };
  const { sum, before } = await spentOn(dependencies, run, plan);
  // What nothing bounds may have been all of it.
  return { budget: last, spent: { spent: sum === undefined ? last.amount : formatAmount(sum), before } };
}

/**
 * What a run has spent so far, in all and by page; what is unknown counts at its bound. `sum` is `undefined` where that
 * has none.
 */
export async function spentOn(
  dependencies: ActivityDependencies,
  run: RunLocation,
  { pages }: Pick<Plan, 'pages'>,
): Promise<{ readonly sum: Amount | undefined; readonly before: Readonly<Record<string, string>> }> {
  const before: Record<string, string> = {};
  let sum = 0n;
  let isBounded = true;
  for (const { page } of pages) {
    const { spent, unbounded } = await spentIn(dependencies, run, page);
    if (spent > 0n) before[page] = formatAmount(spent);
    sum += spent;
    isBounded &&= !unbounded;
  }
  return { sum: isBounded ? sum : undefined, before };
}

async function spentIn(
  dependencies: ActivityDependencies,
  run: RunLocation,
  page: number,
): Promise<{ readonly spent: Amount; readonly unbounded: boolean }> {
  const lines = await linesOf(dependencies, run, page);
  const tallies = lines.map(tallyLine);
  return {
    spent: tallies.reduce(
      (sum, { settled, unknown }) => sum + parseAmount(settled) + parseAmount(unknown.atMost ?? '0'),
      0n,
    ),
    unbounded: tallies.some(({ unknown }) => unknown.atMost === null),
  };
}

// A page that was sealed has all of its lines in one object. One that holds items without a record is read anew: an
// execution that goes on may have given them one since.
async function linesOf(
  dependencies: ActivityDependencies,
  run: RunLocation,
  page: number,
): Promise<readonly ResultLine[]> {
  const sealed = await dependencies.store.get(runKeys(run).part(page));
  if (sealed !== undefined) {
    const lines = readLines(Buffer.from(sealed.body).toString('utf8'));
    if (lines.every(({ status }) => status !== 'cancelled')) return lines;
  }
  return readPageLines(dependencies, run, page);
}

function readLines(text: string): readonly ResultLine[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ResultLine);
}
