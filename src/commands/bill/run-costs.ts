import { isObject } from '../../json.ts';
import { labelEntries } from '../../plan/labels.ts';
import type { ItemCost } from '../../records/record.ts';
import { readMarker, readPlan, type Marker } from '../../records/run-store.ts';
import { sumCosts } from '../../records/tally.ts';
import { costOf, createGroups, type Groups } from '../../report/bill.ts';
import type { BillRow } from '../../report/bill-rows.ts';
import type { Report } from '../../report/report.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { hasAftermath } from './corrected-cost.ts';
import { openBill } from './open-bill.ts';
import { unusable } from '../../report/read-results.ts';

/** What spending can be told by. */
export type SpendingKey = 'day' | 'job' | 'model' | 'label';

/** What a run came to by name, and in all. */
export interface RunCosts {
  readonly costs: ReadonlyMap<string, ItemCost>;
  readonly total: ItemCost;
  readonly isUnfinished: boolean;
  /** Whether its results were collected. */
  readonly isCollected: boolean;
}

const NO_LABEL = '(no label)';

/**
 * What a run has spent: by its report where that tells it, else by its bill.
 *
 * @param since - runs that ended before tell nothing, nor do charges before it of those that have not ended, or by day
 * @returns `undefined` for a run of which nothing counts
 * @throws whatever says that an object of it is damaged
 */
export async function readRunCosts(
  store: ObjectStore,
  run: RunLocation,
  by: SpendingKey,
  since: string | undefined,
): Promise<RunCosts | undefined> {
  const marker = await readMarker(store, run);
  if (marker === undefined) return (await readPlan(store, run)) && readRows(store, run, by, since, marker);
  if (since !== undefined && marker.endedAt < since) return undefined;
  const [report, folders] = await Promise.all([readReport(store, run), store.listFolders(runKeys(run).root)]);
  // What came after the end is not in the report, nor on which of several days a charge was made.
  const isTold =
    !hasAftermath(folders) &&
    marker.collected === undefined &&
    (by !== 'day' || dayOf(report.startedAt) === dayOf(report.endedAt));
  return isTold ? costsOfReport(report, run, by) : readRows(store, run, by, since, marker);
}

function costsOfReport(report: Report, { job }: RunLocation, by: SpendingKey): RunCosts {
  const { settled, unknown } = report.tally;
  const total = { settled, unknown };
  const names: Readonly<Record<Exclude<SpendingKey, 'model'>, readonly string[]>> = {
    day: [dayOf(report.startedAt)],
    job: [job],
    label: labelsOf(report.labels),
  };
  const groups = createGroups();
  // A name may stand for a model of each kind.
  if (by === 'model') for (const { model, tally } of report.models) groups.add(model, tally);
  else for (const name of names[by]) groups.add(name, total);
  return { costs: costsByName(groups), total, isUnfinished: false, isCollected: false };
}

function costsByName(groups: Groups): RunCosts['costs'] {
  return new Map(groups.read().map(({ name, cost }) => [name, cost]));
}

async function readRows(
  store: ObjectStore,
  run: RunLocation,
  by: SpendingKey,
  since: string | undefined,
  marker: Marker | undefined,
): Promise<RunCosts> {
  const groups = createGroups();
  const { plan, rows } = await openBill(store, run);
  let total: ItemCost = sumCosts([]);
  const names = (row: BillRow, at: string): readonly string[] => {
    switch (by) {
      case 'day':
        return [dayOf(at)];
      case 'model':
        return [row.model];
      case 'job':
        return [run.job];
      case 'label':
        return labelsOf(plan.labels);
    }
  };
  for await (const some of rows()) {
    for (const row of some) {
      // A lost worker took the time along.
      const at = row.at ?? plan.createdAt;
      if (since !== undefined && (marker === undefined || by === 'day') && at < since) continue;
      const cost = costOf(row);
      total = sumCosts([total, cost]);
      for (const name of names(row, at)) groups.add(name, cost);
    }
  }
  return {
    costs: costsByName(groups),
    total,
    isUnfinished: marker === undefined,
    isCollected: marker?.collected !== undefined,
  };
}

async function readReport(store: ObjectStore, run: RunLocation): Promise<Report> {
  const key = runKeys(run).report;
  const object = await store.get(key);
  if (object === undefined) throw unusable(`${key} is missing`);
  const report: unknown = JSON.parse(Buffer.from(object.body).toString('utf8'));
  if (!isReport(report)) throw unusable(`${key} is damaged, or of an earlier version`);
  return report;
}

function isReport(report: unknown): report is Report {
  return (
    isObject(report) &&
    typeof report['startedAt'] === 'string' &&
    typeof report['endedAt'] === 'string' &&
    isCosted(report) &&
    Array.isArray(report['models']) &&
    report['models'].every(isCosted)
  );
}

function isCosted(one: unknown): boolean {
  if (!isObject(one) || !isObject(one['tally'])) return false;
  return typeof one['tally']['settled'] === 'string' && isObject(one['tally']['unknown']);
}

function labelsOf(labels: Readonly<Record<string, string>> = {}): readonly string[] {
  const entries = labelEntries(labels);
  return entries.length === 0 ? [NO_LABEL] : entries;
}

function dayOf(iso: string): string {
  return iso.slice(0, 10);
}
