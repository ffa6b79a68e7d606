import type { Counts } from '../records/counts.ts';
import type { EndReason, RunOutcome, StopCause } from '../records/outcome.ts';
import type { RunLocation } from '../storage/keys.ts';
import type { Receipt } from '../records/record.ts';
import type {
  CallReference,
  FindLossesInput,
  ItemReference,
  KeepChangeInput,
  LostCall,
  NoticeInput,
  OpenedPage,
  PlanRunInput,
  PlanSummary,
  SealPageInput,
} from './inputs.ts';
import type { PauseCause } from './pauses.ts';

export interface FinishRunInput {
  readonly run: RunLocation;
  readonly reason: EndReason;
  readonly because?: StopCause;
}

/** Activities that steer a run; they touch the store, and make no call that costs anything. */
export interface ControlActivities {
  /** Makes sure the run is planned, and tells its pages. */
  prepareRun(input: PlanRunInput): Promise<PlanSummary>;
  /** The same, as runs ask for it that an earlier version began. */
  planRun(input: PlanRunInput): Promise<PlanSummary>;
  /** Keeps what was changed of a run, for executions to come. */
  keepChange(input: KeepChangeInput): Promise<void>;
  /** Lists a page's items once, to tell which have no record yet. */
  openPage(input: { readonly run: RunLocation; readonly page: number }): Promise<OpenedPage>;
  /** Finds the calls of the page that asks which wait for their next attempt, and may have been charged at an earlier one. */
  findLosses(calls: FindLossesInput): Promise<readonly LostCall[]>;
  /** Folds the records of an item's steps into the record of the item. */
  closeItem(item: ItemReference): Promise<Receipt>;
  /** Writes a page's share of the results from its records. */
  sealPage(input: SealPageInput): Promise<Counts>;
  /** Ends when the key has a balance again, or may not tell. */
  checkCredit(): Promise<void>;
  /** Says who of a job's receivers is to be told something, by their positions. */
  findReceivers(input: NoticeInput): Promise<readonly number[]>;
  /** Tells one of them. Fails where that has not taken it. */
  sendNotice(
    input: NoticeInput & { readonly receiver: number },
  ): Promise<{ readonly host: string; readonly status: number }>;
  /** Folds the parts into report and bill, and closes the run with its marker. */
  closeRun(input: FinishRunInput): Promise<RunOutcome>;
  /** The same, as runs asked for it that an earlier version ended. */
  finishRun(input: FinishRunInput): Promise<RunOutcome>;
}

/** Activities that call the API: one call, one record. */
export interface CallActivities {
  generateText(call: CallReference): Promise<Receipt>;
  generateImage(call: CallReference): Promise<Receipt>;
}

/** Code of an attempt whose answer the store did not take. */
export const NOT_STORED = 'not-stored';

/** What the failure of a call tells its page that goes back to it. */
export interface ParkedCall {
  readonly parked: PauseCause;
}
