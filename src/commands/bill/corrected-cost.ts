import { assumptionOf, type Assumption } from '../../records/corrections.ts';
import type { ItemCost } from '../../records/record.ts';
import type { Marker } from '../../records/run-store.ts';
import { emptyTally } from '../../records/tally.ts';
import type { Report } from '../../report/report.ts';
import { modelOf } from '../../report/usage-graph.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { ModelGroup } from '../../report/bill.ts';

/** What an ended run came to, with all that came after its marker and report. */
export interface CorrectedCost {
  readonly corrections: number;
  /** What the corrections rest on; absent where there are none. */
  readonly assumes?: Assumption;
  readonly cost: ItemCost;
  readonly models: readonly ModelGroup[];
}

/**
 * Whether something lies beside a run that may have come after its end.
 *
 * @param folders - in the folder of the run
 */
export function hasAftermath(folders: readonly string[]): boolean {
  return folders.includes('corrections') || folders.includes('late');
}

/** Adds the bill of an ended run up anew; `undefined` where its marker tells it. */
export async function readCorrectedCost(
  store: ObjectStore,
  run: RunLocation,
  { tally, collected }: Pick<Marker, 'tally' | 'collected'>,
): Promise<CorrectedCost | undefined> {
  if (collected?.kept === 'nothing') return undefined;
  // What came late goes with the results; the rows that are left tell it.
  if (collected === undefined && !hasAftermath(await store.listFolders(runKeys(run).root))) return undefined;
  // Few runs have anything there, and what reads a bill loads the planner.
  const [{ openBill }, { foldBill }] = await Promise.all([import('./open-bill.ts'), import('./bill.ts')]);
  const opened = await openBill(store, run);
  const { cost, models } = await foldBill(opened);
  const { corrections } = opened;
  // What came late before the end is counted there.
  if (corrections.length === 0 && isSameCost(cost, tally)) return undefined;
  return { corrections: corrections.length, ...assumptionOf(corrections), cost, models };
}

/** A report with the money as it is known now. */
export function correctReport(report: Report, { cost, models }: CorrectedCost): Report {
  const costs = new Map(models.map((one) => [modelOf({ ...one, model: one.name }), one]));
  const told = report.models.map((one) => {
    const name = modelOf(one);
    const known = costs.get(name)?.cost;
    costs.delete(name);
    return { ...one, tally: { ...one.tally, ...known } };
  });
  // Nobody knew of these calls at the end.
  const more = [...costs.values()].map((one) => ({
    model: one.name,
    kind: one.kind,
    items: 0,
    tally: { ...emptyTally, ...one.cost },
  }));
  return {
    ...report,
    tally: { ...report.tally, ...cost },
    certainty: cost.unknown.count === 0 ? 'exact' : 'estimated',
    models: [...told, ...more],
  };
}

function isSameCost(left: ItemCost, right: ItemCost): boolean {
  return (
    left.settled === right.settled &&
    left.unknown.count === right.unknown.count &&
    left.unknown.atMost === right.unknown.atMost
  );
}
