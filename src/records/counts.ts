import { formatAmount, parseAmount } from '../pollen/amount.ts';
import { addTallies, emptyTally, missingItems, settledItems, type Tally } from './tally.ts';

/** A failed item. The API's own words may quote the prompt, so they stay in the record. */
export interface SampledFailure {
  readonly id: string;
  readonly code: string;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  readonly remedy: string;
}

/** What the calls of one model came to; an item of one call is one. */
export interface ModelCount {
  readonly model: string;
  readonly done: number;
  readonly failed: number;
  /** Decimal Pollen. */
  readonly settled: string;
}

/** Items that got their record while their page was under way, and how many of them failed. */
export interface Ended {
  readonly ended: number;
  readonly failed: number;
}

/** What a set of items came to, as pages tell their run. Pages of earlier versions tell less. */
export interface Counts {
  readonly tally: Tally;
  readonly models?: readonly ModelCount[];
  /** The last few items that failed. */
  readonly failures?: readonly SampledFailure[];
  /** Of a page whose run has fail-fast. */
  readonly ended?: Ended;
}

/** Counts of several sets of items. */
export type SummedCounts = Required<Omit<Counts, 'ended'>>;

/** Failed items that are named; the rest is in the run's `errors.jsonl`. */
export const SAMPLED_FAILURES = 20;

/** Nothing counted yet. */
export const noCounts: SummedCounts = { tally: emptyTally, models: [], failures: [] };

/** Adds the counts of two sets of items. */
export function addCounts(left: Counts, right: Counts): SummedCounts {
  return {
    tally: addTallies(left.tally, right.tally),
    models: addModels(left.models ?? [], right.models ?? []),
    failures: [...(left.failures ?? []), ...(right.failures ?? [])].slice(-SAMPLED_FAILURES),
  };
}

/** The counts of one item; one without a record counts for no model. */
export function countsOf(model: string, tally: Tally, failure?: SampledFailure): Counts {
  const done = settledItems(tally) - missingItems(tally);
  return {
    tally,
    models: done === 0 ? [] : [{ model, done, failed: tally.failed, settled: tally.settled }],
    failures: failure === undefined ? [] : [failure],
  };
}

/** What has got its record between two tallies of a page. */
export function endedSince(before: Tally, now: Tally): Ended {
  const failed = now.failed - before.failed;
  return { ended: failed + now.succeeded - before.succeeded, failed };
}

function addModels(left: readonly ModelCount[], right: readonly ModelCount[]): readonly ModelCount[] {
  const counts = new Map(left.map((count) => [count.model, count]));
  for (const count of right) {
    const known = counts.get(count.model);
    counts.set(count.model, known === undefined ? count : addModel(known, count));
  }
  return [...counts.values()];
}

function addModel(left: ModelCount, right: ModelCount): ModelCount {
  return {
    model: left.model,
    done: left.done + right.done,
    failed: left.failed + right.failed,
    settled: formatAmount(parseAmount(left.settled) + parseAmount(right.settled)),
  };
}
