import { mapAhead } from '../../at-once.ts';
import { PollenBatchError } from '../../errors.ts';
import type { Budget } from '../../manifest/job.ts';
import { parsePage } from '../../plan/pages.ts';
import type { Plan } from '../../plan/plan.ts';
import { readBudget } from '../../records/changes.ts';
import { layOver, readCorrections, type Correction } from '../../records/corrections.ts';
import { readLate } from '../../records/late.ts';
import { createRecords } from '../../records/record-store.ts';
import { readMarker, readPlan, type Marker } from '../../records/run-store.ts';
import { billRows, type BillRow } from '../../report/bill-rows.ts';
import { PAGES_AHEAD, readPageLines } from '../../report/page-records.ts';
import { priceOf } from '../../report/price-of.ts';
import type { ResultLine } from '../../report/result-line.ts';
import { broughtTo, withLate } from '../../report/with-late.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { readParts } from '../../report/read-results.ts';
import { checkWhole, goneError } from '../gc/gone.ts';
import { readKeptRows } from '../gc/kept-rows.ts';

/** A result line, and the rows that it has on the bill. */
export interface BilledLine {
  readonly line: ResultLine;
  readonly rows: readonly BillRow[];
}

/** What a run's bill is made of. */
export interface OpenedBill {
  readonly run: RunLocation;
  readonly plan: Plan;
  /** Absent as long as the run has not ended: then the bill is made of the records that are there. */
  readonly marker?: Marker;
  readonly corrections: readonly Correction[];
  /** As it was set last. */
  readonly budget?: Budget;
  /**
   * Every line, page by page, in the job's order.
   *
   * @throws PollenBatchError `usage` where the results of the run were collected
   */
  readonly pages: () => AsyncGenerator<readonly BilledLine[]>;
  /** The rows of all lines alone, some at a time: they are left where the results were collected. */
  readonly rows: () => AsyncGenerator<readonly BillRow[]>;
}

/**
 * Opens the bill of a run, whether it has ended or goes on.
 *
 * @throws PollenBatchError `usage` when it has not been planned, so that nothing can have been called
 */
export async function openBill(store: ObjectStore, run: RunLocation): Promise<OpenedBill> {
  const [plan, marker, corrections] = await Promise.all([
    readPlan(store, run),
    readMarker(store, run),
    readCorrections(store, run),
  ]);
  if (plan === undefined) {
    throw new PollenBatchError('usage', `run ${run.runId} has not been planned yet, so nothing was called`, {
      remedy: `Look at it with \`pollen-batch get ${run.runId}\`.`,
    });
  }
  if (marker?.collected?.kept === 'nothing') throw goneError(run, marker.collected);
  const budget = await readBudget(store, run, plan.budget);
  const opened: Omit<OpenedBill, 'rows'> = {
    run,
    plan,
    ...(budget === undefined ? {} : { budget }),
    ...(marker === undefined ? {} : { marker }),
    corrections,
    async *pages() {
      if (marker !== undefined) checkWhole(run, marker);
      const late = await readLate(store, run);
      const context = { priceOf: priceOf(plan), correct: layOver(corrections) };
      for await (const lines of readLines(store, run, plan, marker)) {
        yield lines.map((own) => {
          const came = late.get(own.number) ?? [];
          const line = withLate(own, came);
          const times = new Set(broughtTo(own, came).map(({ at }) => at));
          return {
            line,
            rows: billRows(line, { ...context, isLate: ({ at }) => at !== undefined && times.has(at) }),
          };
        });
      }
    },
  };
  return {
    ...opened,
    async *rows() {
      if (marker?.collected !== undefined) yield* readKeptRows(store, run, marker.collected);
      else for await (const lines of opened.pages()) yield lines.flatMap(({ rows }) => rows);
    },
  };
}

async function* readLines(
  store: ObjectStore,
  run: RunLocation,
  plan: Plan,
  marker: Marker | undefined,
): AsyncGenerator<readonly ResultLine[]> {
  const keys = runKeys(run);
  if (marker !== undefined) {
    for await (const { lines } of readParts(store, keys.root, marker)) yield lines;
    return;
  }
  const source = {
    store,
    records: createRecords(store),
    plans: {
      async page(_run: RunLocation, page: number) {
        const key = keys.page(plan.digest, page);
        const object = await store.get(key);
        if (object === undefined) throw missing(key);
        return parsePage(Buffer.from(object.body).toString('utf8'));
      },
    },
  };
  yield* mapAhead(plan.pages, PAGES_AHEAD, ({ page }) => readPageLines(source, run, page));
}

function missing(key: string): PollenBatchError {
  return new PollenBatchError('store-unusable', `${key} is missing from the bucket`, {
    remedy: 'Look for who changed the bucket; a plan never changes once it is written.',
  });
}
