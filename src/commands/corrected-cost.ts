import type { ItemCost } from '../records/record.ts';
import { layOver, readCorrections } from '../records/corrections.ts';
import { sumCosts } from '../records/tally.ts';
import { costOf, createGroups } from '../report/bill.ts';
import type { BillLine, Report } from '../report/report.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** What an ended run came to, with its corrections laid over what its marker and report say. */
export interface CorrectedCost {
  readonly corrections: number;
  readonly cost: ItemCost;
  /** By model. */
  readonly models: ReadonlyMap<string, ItemCost>;
}

/** Adds up the bill of an ended run anew; `undefined` where nothing corrects it. */
export async function readCorrectedCost(
  store: ObjectStore,
  run: RunLocation,
): Promise<CorrectedCost | undefined> {
  const corrections = await readCorrections(store, run);
  const bill = corrections.length === 0 ? undefined : await store.get(runKeys(run).bill);
  if (bill === undefined) return undefined;
  const correct = layOver(corrections);
  const models = createGroups();
  const lines = Buffer.from(bill.body).toString('utf8').split('\n');
  for (const line of lines.filter((text) => text !== '')) {
    const attempt = JSON.parse(line) as BillLine;
    models.add(attempt.model, costOf(correct(attempt, attempt)));
  }
  const groups = models.read();
  return {
    corrections: corrections.length,
    cost: sumCosts(groups.map(({ cost }) => cost)),
    models: new Map(groups.map(({ name, cost }) => [name, cost])),
  };
}

/** A report with corrections laid over its money. */
export function correctReport(report: Report, { cost, models }: CorrectedCost): Report {
  return {
    ...report,
    tally: { ...report.tally, ...cost },
    certainty: cost.unknown.count === 0 ? 'exact' : 'estimated',
    models: report.models.map((one) => ({ ...one, tally: { ...one.tally, ...models.get(one.model) } })),
  };
}
