import type { PlannedApi } from '../../plan/plan.ts';
import { budgetAtEnd, type BudgetSums } from '../../pollen/budget-sums.ts';
import { assumptionOf, type Assumption } from '../../records/corrections.ts';
import type { EndState } from '../../records/outcome.ts';
import { createBillFold, type BillFigures } from '../../report/bill.ts';
import { isMissing } from '../../report/result-line.ts';
import type { OpenedBill } from './open-bill.ts';

/** What was paid for what in a run. */
export interface RunBill extends BillFigures {
  readonly runId: string;
  readonly job: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `unfinished`: it goes on, or was broken off; the bill is of the records that were there. */
  readonly state: EndState | 'unfinished';
  readonly api: PlannedApi;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly items: number;
  /** Items that the bill tells of: those with a record, or with attempts. */
  readonly billed: number;
  /** Attempts that were told to slow down: not listed, and not billed. */
  readonly throttled: number;
  /** Corrections that are laid over the records. */
  readonly corrections: number;
  /** What these rest on; absent where there are none. */
  readonly assumes?: Assumption;
  /** When its results were collected, ISO 8601: the bill is what was known by then. Absent where they were not. */
  readonly collectedAt?: string;
  /** Without what calls in flight hold, which are on no bill. */
  readonly budget?: BudgetSums;
}

/** Adds an opened bill up. */
export async function foldBill({
  run,
  plan,
  marker,
  corrections,
  budget,
  pages,
  rows: allRows,
}: OpenedBill): Promise<RunBill> {
  const fold = createBillFold();
  let billed = 0;
  let throttled = 0;
  if (marker?.collected !== undefined) {
    ({ billed, throttled } = marker.collected);
    for await (const rows of allRows()) for (const row of rows) fold.add(row);
  } else {
    for await (const lines of pages()) {
      for (const { line, rows } of lines) {
        if (!isMissing(line) || rows.length > 0) billed += 1;
        throttled += line.throttled ?? 0;
        for (const row of rows) fold.add(row);
      }
    }
  }
  const figures = fold.figures();
  const { runId, job } = run;
  return {
    runId,
    job,
    labels: plan.labels ?? {},
    state: marker?.state ?? 'unfinished',
    api: plan.api,
    startedAt: plan.createdAt,
    ...(marker === undefined ? {} : { endedAt: marker.endedAt }),
    items: plan.items,
    billed,
    throttled,
    corrections: corrections.length,
    ...(marker?.collected === undefined ? {} : { collectedAt: marker.collected.at }),
    ...assumptionOf(corrections),
    ...(budget === undefined ? {} : { budget: budgetAtEnd(budget.amount, figures.cost) }),
    ...figures,
  };
}
