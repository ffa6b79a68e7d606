import type { PlannedCall } from '../plan/plan.ts';
import {
  receiptOf,
  type AttemptRecord,
  type ItemCost,
  type ItemRecord,
  type KeptAttempts,
} from '../records/record.ts';
import { emptyTally, tallyOf, type Tally } from '../records/tally.ts';

/** An item that has no record because its run was stopped before it. */
export interface CancelledItem {
  readonly number: number;
  readonly id: string;
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly status: 'cancelled';
  /** What it was sent for all the same, and what that may have cost. */
  readonly attempts: readonly AttemptRecord[];
  readonly cost: ItemCost;
}

const nothingSent: KeptAttempts = {
  attempts: [],
  cost: { settled: '0', unknown: { count: 0, atMost: '0' } },
};

/** One line of the results: an item's record with its key, or the word that it has none. */
export type ResultLine = RecordLine | CancelledItem;

/** A record as a part of the results has it. */
export type RecordLine = ItemRecord & {
  /** Key of the record; absent in parts of earlier versions. */
  readonly key?: string;
};

/** The result line of a planned call that may have a record, or attempts that were kept without one. */
export function resultLine(
  call: PlannedCall,
  record: RecordLine | undefined,
  kept: KeptAttempts | undefined,
): ResultLine {
  const { number, id, kind, model } = call;
  return record ?? { number, id, kind, model, status: 'cancelled', ...(kept ?? nothingSent) };
}

/** The tally of one result line. */
export function tallyLine(line: ResultLine): Tally {
  if (line.status !== 'cancelled') return tallyOf(receiptOf(line, ''));
  const { settled, unknown } = line.cost;
  return { ...emptyTally, cancelled: 1, settled, unknown };
}
