import type { PlannedItem } from '../plan/plan.ts';
import {
  receiptOf,
  type AttemptRecord,
  type ItemCost,
  type ItemRecord,
  type KeptAttempts,
  type StepResult,
} from '../records/record.ts';
import type { Values } from '../manifest/job.ts';
import { emptyTally, tallyOf, type Tally } from '../records/tally.ts';
import { foldChain, type ChainObjects } from './fold-chain.ts';

interface ItemWithoutRecord<Status extends MissingStatus> {
  readonly number: number;
  readonly id: string;
  readonly customId?: string;
  readonly vars?: Values;
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly status: Status;
  /** The calls that were made of an item that has several. */
  readonly steps?: readonly StepResult[];
  /** What it was sent for all the same, and what that may have cost. */
  readonly attempts: readonly AttemptRecord[];
  readonly cost: ItemCost;
  /** Attempts of its steps that were told to slow down; absent where none was. */
  readonly throttled?: number;
}

/** An item that has no record because its run was stopped before it, or its deadline came. */
export type CancelledItem = ItemWithoutRecord<'cancelled'> | ItemWithoutRecord<'expired'>;

/** How an item ends that has no record: its run was stopped, or its deadline came. */
export type MissingStatus = 'cancelled' | 'expired';

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

/** Whether an item has no record. */
export function isMissing<Line extends { readonly status: string }>(
  line: Line,
): line is Extract<Line, { readonly status: MissingStatus }> {
  return line.status === 'cancelled' || line.status === 'expired';
}

/**
 * The result line of a planned item that may have a record, or left something without one.
 *
 * @param missing - how it has ended where it has no record
 */
export function resultLine(
  item: PlannedItem,
  record: RecordLine | undefined,
  left: KeptAttempts | ChainObjects | undefined,
  missing: MissingStatus = 'cancelled',
): ResultLine {
  if (record !== undefined) return record;
  const { number, id, customId, vars } = item;
  const last = 'steps' in item ? item.steps.at(-1) : item;
  if (last === undefined) throw new Error(`item ${id} has no steps`);
  const { kind, model } = last;
  return {
    number,
    id,
    ...(customId === undefined ? {} : { customId }),
    ...(vars === undefined ? {} : { vars }),
    kind,
    model,
    status: missing,
    ...sentOf(item, left),
  };
}

function sentOf(
  item: PlannedItem,
  left: KeptAttempts | ChainObjects | undefined,
): Pick<CancelledItem, 'steps' | 'attempts' | 'cost' | 'throttled'> {
  if (left === undefined || !('records' in left)) {
    const { attempts, cost } = left ?? nothingSent;
    return { attempts, cost };
  }
  if (!('steps' in item)) return nothingSent;
  const { steps, attempts, cost, throttled } = foldChain(item, left);
  return { steps, attempts, cost, ...(throttled === 0 ? {} : { throttled }) };
}

/** The tally of one result line. */
export function tallyLine(line: ResultLine): Tally {
  if (!isMissing(line)) return tallyOf(receiptOf(line, ''));
  return { ...emptyTally, [line.status]: 1, ...line.cost, throttled: line.throttled ?? 0 };
}

/** One call of a result line, as the figures of its model count it. */
export interface CountedCall {
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly tally: Tally;
}

/** The calls of a result line: the item's only one, or one for each that a step has made. */
export function callsOf(line: ResultLine): readonly CountedCall[] {
  if (line.steps === undefined) return [{ kind: line.kind, model: line.model, tally: tallyLine(line) }];
  return line.steps.map(({ kind, model, status, cost, throttled }) => ({
    kind,
    model,
    tally: { ...emptyTally, [status]: 1, ...cost, throttled },
  }));
}
