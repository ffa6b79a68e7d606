import type { Plan } from '../../plan/plan.ts';
import type { AttemptRecord, FailedRecord, ItemCost, ItemRecord } from '../../records/record.ts';
import type { Fate } from '../../report/bill-rows.ts';
import type { CallPart, RunLocation } from '../../storage/keys.ts';
import type { Sight } from '../runs/follow.ts';
import type { ItemCall } from './item-calls.ts';
import type { LeftObject } from './item-left.ts';
import type { UnderWay } from './under-way.ts';

/**
 * How an item stands. Without a record: `cancelled` and `expired` when its run has ended, `left` when nothing works on it
 * any more, `unknown` when nobody can tell.
 */
export type ItemState =
  | ItemRecord['status']
  | 'cancelled'
  | 'expired'
  | 'under-way'
  | 'waiting'
  | 'left'
  | 'unknown';

/** One attempt, with its charge as it is known now. */
export interface ExplainedAttempt extends Omit<AttemptRecord, keyof CallPart | 'model'> {
  readonly fate: Fate;
}

/** One call of an item: what it sends, and all that has become of it. */
export interface ExplainedCall extends Omit<ItemCall, 'shared'> {
  readonly state: ItemState;
  readonly attempts: readonly ExplainedAttempt[];
  /** Attempts that were told to slow down: they are counted, not listed. */
  readonly throttled: number;
  readonly cost: ItemCost;
  /** The run that has made the call, where it was taken over. */
  readonly reused?: string;
  readonly underWay?: UnderWay;
  readonly fault?: FailedRecord['fault'];
  /** The answer, where it is a text of up to 64 KB; of a call that failed, what was answered instead. */
  readonly text?: string;
  readonly doubt?: string;
}

/** All there is to say about one item of a run. */
export interface Explained {
  readonly run: RunLocation;
  readonly number: number;
  readonly id: string;
  readonly customId?: string;
  readonly page: number;
  readonly state: ItemState;
  readonly sight: Sight;
  readonly calls: readonly ExplainedCall[];
  readonly cost: ItemCost;
  /** Attempts whose charge was unknown, and was settled after the end. */
  readonly corrected: number;
  /** Attempts that came after another result of the item, or after the end of its run. */
  readonly late: number;
  /** How it failed. */
  readonly fault?: FailedRecord['fault'];
  readonly objects: readonly LeftObject[];
  readonly plan: Plan;
}
