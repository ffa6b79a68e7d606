import type { PlannedCall } from '../plan/plan.ts';
import { receiptOf, type ItemRecord } from '../storage/record.ts';
import { emptyTally, tallyOf, type Tally } from './tally.ts';

/** An item that has no record because its run was stopped before it. */
export interface CancelledItem {
  readonly number: number;
  readonly id: string;
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly status: 'cancelled';
}

/** One line of the results: an item's record, or the word that it has none. */
export type ResultLine = ItemRecord | CancelledItem;

/** The result line of a planned call that may have a record. */
export function resultLine(call: PlannedCall, record: ItemRecord | undefined): ResultLine {
  const { number, id, kind, model } = call;
  return record ?? { number, id, kind, model, status: 'cancelled' };
}

/** The tally of one result line. */
export function tallyLine(line: ResultLine): Tally {
  return line.status === 'cancelled' ? { ...emptyTally, cancelled: 1 } : tallyOf(receiptOf(line, ''));
}
