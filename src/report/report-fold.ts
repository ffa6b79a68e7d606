import type { Plan } from '../plan/plan.ts';
import type { Measured } from '../plan/likely-use.ts';
import { parseAmount } from '../pollen/amount.ts';
import { sumMeasured } from '../records/measured.ts';
import type { EndState } from '../records/outcome.ts';
import type { AttemptRecord } from '../records/record.ts';
import { addTallies, emptyTally, type Tally } from '../records/tally.ts';
import { createBillFold } from './bill.ts';
import { billRows } from './bill-rows.ts';
import { createDoubtFold } from './doubt-fold.ts';
import { createFailureFold } from './failure-fold.ts';
import { createLatencyFold } from './latency.ts';
import { measureLine, timesOf } from './measure-line.ts';
import { priceOf } from './price-of.ts';
import type { ModelReport, Report } from './report.ts';
import { callsOf, isMissing, tallyLine, type ResultLine } from './result-line.ts';

/** Folds result lines into the figures of the report. */
export interface ReportFold {
  /**
   * Counts an item.
   *
   * @param late - those of its attempts that were answered once it had another result. @default none was
   */
  add(line: ResultLine, late?: readonly AttemptRecord[]): void;
  readonly tally: () => Tally;
  report(state: EndState, endedAt: string): Report;
}

/** The report is a fold over records, and nothing but; it keeps sums alone, and half a digest of each result. */
export function createReportFold(plan: Plan): ReportFold {
  const models = new Map<string, ModelReport>();
  const attempts = new Map<string, number>();
  const bill = createBillFold();
  const failures = createFailureFold();
  const doubts = createDoubtFold();
  const latency = createLatencyFold();
  const price = priceOf(plan);
  let throttledItems = 0;
  let tally = emptyTally;
  let measured: readonly Measured[] = [];

  function count(code: string, times: number): void {
    if (times > 0) attempts.set(code, (attempts.get(code) ?? 0) + times);
  }

  function addRows(line: ResultLine, late: readonly AttemptRecord[]): void {
    const times = new Set(late.map(({ at }) => at));
    const isLate = ({ at }: AttemptRecord): boolean => at !== undefined && times.has(at);
    // Corrections are made of runs that have ended.
    for (const row of billRows(line, { priceOf: price, correct: (_, charge) => charge, isLate }))
      bill.add(row);
  }

  return {
    add(line, late = []) {
      tally = addTallies(tally, tallyLine(line));
      for (const { kind, model, tally: own } of callsOf(line)) {
        const name = `${kind} ${model}`;
        const known = models.get(name) ?? { model, kind, items: 0, tally: emptyTally };
        models.set(name, { ...known, items: known.items + 1, tally: addTallies(known.tally, own) });
      }
      for (const { code } of line.attempts) count(code, 1);
      if (!isMissing(line)) count('throttled', line.throttled);
      if ((line.throttled ?? 0) > 0) throttledItems += 1;
      measured = sumMeasured([...measured, ...measureLine(line)]);
      for (const answer of timesOf(line)) latency.add(answer);
      failures.add(line);
      doubts.add(line);
      addRows(line, late);
    },
    tally: () => tally,
    report(state, endedAt) {
      const { kept, wasted, duplicate, late, saved } = bill.figures();
      const doubted = doubts.read();
      return {
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
        paid: { kept, wasted, duplicate, late },
        saved,
        failures: failures.read(),
        throttled: { attempts: tally.throttled, items: throttledItems },
        latency: latency.read(),
        ...(doubted.length === 0 ? {} : { doubts: doubted }),
      };
    },
  };
}

function byCost(left: ModelReport, right: ModelReport): number {
  const difference = parseAmount(right.tally.settled) - parseAmount(left.tally.settled);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}
