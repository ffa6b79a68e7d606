import type { Budget } from '../manifest/job.ts';
import type { Estimate, Plan, PlannedParent } from '../plan/plan.ts';
import { formatAmount, parseAmount } from '../pollen/amount.ts';
import type { CacheStatus } from '../pollen/settle.ts';
import type { Usage } from '../pollen/usage.ts';
import type { CallPart } from '../storage/keys.ts';
import type { RunChange } from '../records/changes.ts';
import type { EndState } from '../records/outcome.ts';
import { sumMeasured } from '../records/measured.ts';
import type { Measured } from '../plan/likely-use.ts';
import { measureLine } from './measure-line.ts';
import { callsOf, isMissing, tallyLine, type ResultLine } from './result-line.ts';
import { addTallies, emptyTally, type Tally } from '../records/tally.ts';

/** What one model was asked for and what it cost. */
export interface ModelReport {
  readonly model: string;
  readonly kind: 'text' | 'image';
  /** Calls that were asked of it; an item of one call is one. */
  readonly items: number;
  readonly tally: Tally;
}

/** `report.json`: what was asked, done, failed and spent. */
export interface Report {
  readonly version: 1;
  readonly runId: string;
  readonly job: string;
  /** The run that it is a retry of. */
  readonly parent?: PlannedParent;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly state: EndState;
  readonly api: Plan['api'];
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly items: number;
  readonly tally: Tally;
  /** `exact` when every charge is known to the last 1e-8 Pollen, else `estimated`. */
  readonly certainty: 'exact' | 'estimated';
  readonly models: readonly ModelReport[];
  /** Attempts by outcome: `answered`, or the code of what went wrong. */
  readonly attempts: Readonly<Record<string, number>>;
  readonly estimate: Estimate;
  /** What it was allowed to cost, as it was set last, and whether that has stopped it; absent where it had no budget. */
  readonly budget?: Budget & { readonly reached: boolean };
  /** What people did to it while it went on, the oldest first; absent where nobody did anything. */
  readonly story?: readonly RunChange[];
  /** What the answers used and how long they took, for the estimates of later runs. */
  readonly measured: readonly Measured[];
}

/** One line of `bill.jsonl`: one attempt and its charge. */
export interface BillLine extends Partial<CallPart> {
  readonly number: number;
  readonly id: string;
  readonly model: string;
  readonly attempt: number;
  readonly at?: string;
  readonly worker?: string;
  readonly code: string;
  readonly status?: number;
  readonly requestId?: string;
  readonly usage?: Usage;
  readonly cache?: CacheStatus;
  /** Decimal Pollen; the upper bound of an unknown charge, `null` where it has none. */
  readonly amount: string | null;
  readonly certainty: 'exact' | 'free' | 'unknown';
}

/** Folds result lines into the figures of the report. */
export interface ReportFold {
  add(line: ResultLine): void;
  readonly tally: () => Tally;
  report(plan: Plan, state: EndState, endedAt: string): Report;
}

/** The report is a fold over records, and nothing but. */
export function createReportFold(): ReportFold {
  const models = new Map<string, ModelReport>();
  const attempts = new Map<string, number>();
  let tally = emptyTally;
  let measured: readonly Measured[] = [];

  function count(code: string, times: number): void {
    if (times > 0) attempts.set(code, (attempts.get(code) ?? 0) + times);
  }

  return {
    add(line) {
      tally = addTallies(tally, tallyLine(line));
      for (const { kind, model, tally: own } of callsOf(line)) {
        const name = `${kind} ${model}`;
        const known = models.get(name) ?? { model, kind, items: 0, tally: emptyTally };
        models.set(name, { ...known, items: known.items + 1, tally: addTallies(known.tally, own) });
      }
      for (const { code } of line.attempts) count(code, 1);
      if (!isMissing(line)) count('throttled', line.throttled);
      measured = sumMeasured([...measured, ...measureLine(line)]);
    },
    tally: () => tally,
    report: (plan, state, endedAt) => ({
      version: 1,
      runId: plan.runId,
      job: plan.job,
      ...(plan.parent === undefined ? {} : { parent: plan.parent }),
      ...(plan.description === undefined ? {} : { description: plan.description }),
      ...(plan.labels === undefined ? {} : { labels: plan.labels }),
      state,
      api: plan.api,
      startedAt: plan.createdAt,
      endedAt,
      items: plan.items,
      tally,
      certainty: tally.unknown.count === 0 ? 'exact' : 'estimated',
      models: [...models.values()].sort(byCost),
      attempts: Object.fromEntries(attempts),
      estimate: plan.estimate,
      measured,
    }),
  };
}

/** The bill of one result line: a line for each attempt that is listed. */
export function billLines({ number, id, model, attempts }: ResultLine): readonly BillLine[] {
  return attempts.map(({ charge, latencyMs: _latency, lane: _lane, ...attempt }) => ({
    number,
    id,
    model,
    ...attempt,
    amount: charge.amount,
    certainty: charge.certainty,
  }));
}

/** The sum of a bill, from its lines alone. */
export function billTotal(lines: Iterable<BillLine>): string {
  let total = 0n;
  for (const { amount, certainty } of lines) if (certainty !== 'unknown') total += parseAmount(amount ?? '0');
  return formatAmount(total);
}

function byCost(left: ModelReport, right: ModelReport): number {
  const difference = parseAmount(right.tally.settled) - parseAmount(left.tally.settled);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}
