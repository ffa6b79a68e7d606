import type { Budget } from '../manifest/job.ts';
import type { Estimate, Plan, PlannedParent } from '../plan/plan.ts';
import { formatAmount, parseAmount } from '../pollen/amount.ts';
import type { CacheStatus } from '../pollen/settle.ts';
import type { Usage } from '../pollen/usage.ts';
import type { CallPart } from '../storage/keys.ts';
import type { RunChange } from '../records/changes.ts';
import type { EndState } from '../records/outcome.ts';
import type { Measured } from '../plan/likely-use.ts';
import type { Tally } from '../records/tally.ts';
import type { BillShare, Saving } from './bill-shares.ts';
import type { ResultLine } from './result-line.ts';

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
  /** What became of what was paid: adds up to what is settled. Absent in reports of earlier versions, as all that follows. */
  readonly paid?: PaidReport;
  /** What cost nothing, at its price. */
  readonly saved?: SavedReport;
  /** Failed items by the code of what went wrong, the most of them first. */
  readonly failures?: readonly FailureReport[];
  /** What the API asked to slow down. */
  readonly throttled?: ThrottledReport;
  /** How long answers took, the models by name; those of caches and of earlier runs are left out. */
  readonly latency?: readonly LatencyReport[];
  /** Results that passed every check and look wrong all the same, the most of them first; absent where none does. */
  readonly doubts?: readonly DoubtReport[];
}

/** Attempts by what became of their money, as the bill has it. */
export interface PaidReport {
  readonly kept: BillShare;
  readonly wasted: BillShare;
  readonly duplicate: BillShare;
  readonly late: BillShare;
}

/** Answers that cost nothing. */
export interface SavedReport {
  /** Answers that the API's cache had. */
  readonly cache: Saving;
  /** Answers that earlier runs had got. */
  readonly reuse: Saving;
}

/** Items that failed in one way. */
export interface FailureReport {
  readonly code: string;
  readonly items: number;
  /** Id of the first of them. */
  readonly example: string;
  /** What to do about that one, as a sentence. */
  readonly remedy: string;
}

/** Results that look wrong in one way. */
export interface DoubtReport {
  /** Why, as a sentence; of numbers in it only the place. */
  readonly doubt: string;
  /** Results, of which an item of several calls has several. */
  readonly items: number;
  /** Id of the item of one of them. */
  readonly example: string;
}

/** Attempts that were told to slow down, and the items that they were for. */
export interface ThrottledReport {
  readonly attempts: number;
  readonly items: number;
}

/** How long the answers of a model took, from send to end, in whole milliseconds: by the nearest rank. */
export interface LatencyReport {
  readonly model: string;
  readonly kind: 'text' | 'image';
  /** Answers that were timed; an item of one call has one. */
  readonly answers: number;
  readonly medianMs: number;
  readonly p95Ms: number;
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
