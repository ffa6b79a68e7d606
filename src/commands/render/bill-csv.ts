import { labelEntries } from '../../plan/labels.ts';
import type { BillRow } from '../../report/bill-rows.ts';
import type { BillGroup } from '../../report/bill.ts';
import type { BillShare } from '../../report/bill-shares.ts';
import { csvOf } from '../../report/export/csv.ts';
import type { RunBill } from '../bill/bill.ts';
import { nameModels } from './name-models.ts';

type Cell = string | number | null | undefined;

const HEADS = ['part', 'name', 'attempts', 'pollen', 'unknown', 'unknown_at_most'] as const;

/** The bill of a run as a table of parts: total, what became of the money, models, steps, outcomes, labels. */
export function billCsv(bill: RunBill): string {
  const { attempts, cost, kept, wasted, duplicate, late, saved, models, steps = [], outcomes, labels } = bill;
  const total = { name: bill.runId, attempts, cost };
  return csvOf([
    HEADS,
    groupRow('total', total),
    ...Object.entries({ kept, wasted, duplicate, late }).map(([name, share]) =>
      shareRow('paid', name, share),
    ),
    ...Object.entries(saved).map(([name, share]) => shareRow('saved', name, share)),
    ...nameModels(models).map((group) => groupRow('model', group)),
    ...steps.map((group) => groupRow('step', group)),
    ...outcomes.map((group) => groupRow('outcome', group)),
    ...labelEntries(labels).map((name) => groupRow('label', { ...total, name })),
  ]);
}

function shareRow(part: string, name: string, { attempts, pollen }: BillShare): readonly Cell[] {
  return [part, name, attempts, pollen, 0, '0'];
}

function groupRow(part: string, { name, attempts, cost }: BillGroup): readonly Cell[] {
  return [part, name, attempts, cost.settled, cost.unknown.count, cost.unknown.atMost];
}

/** Head of the bill line by line. */
export const rowHeads = [
  'number',
  'id',
  'step',
  'index',
  'repair',
  'kind',
  'model',
  'attempt',
  'at',
  'code',
  'fate',
  'certainty',
  'pollen',
  'saved',
  'request_id',
] as const;

/** The bill line by line, without its head. */
export function billRowsCsv(rows: readonly BillRow[]): string {
  return csvOf(
    rows.map((row) => [
      row.number,
      row.id,
      row.step,
      row.index,
      row.repair,
      row.kind,
      row.model,
      row.attempt,
      row.at,
      row.code,
      row.fate,
      row.certainty,
      row.amount,
      row.saved,
      row.requestId,
    ]),
  );
}
