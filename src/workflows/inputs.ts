import type { Budget, Canary, FailFast, NoticeEvent, Priority } from '../manifest/job.ts';
import type { MissedTimes, Notice } from '../notices/notice.ts';
import type { LedgerState } from '../pollen/ledger.ts';
import type { RunChange } from '../records/changes.ts';
import type { Ended, ModelCount, SampledFailure } from '../records/counts.ts';
import type { RunOutcome } from '../records/outcome.ts';
import type { KeptJobLocation } from '../records/kept-job.ts';
import type { Tally } from '../records/tally.ts';
import type { Folder } from '../storage/folder.ts';
import type { RunLocation } from '../storage/keys.ts';
import type { ChainShape, StepCall } from './item-steps.ts';
import type { Pause } from './pauses.ts';

export interface PageReference {
  readonly page: number;
  readonly lane: string;
  /** Other lanes that its calls need. Absent where there are none, and in plans of earlier versions. */
  readonly others?: readonly string[];
  /** Set on pages of the canary. */
  readonly canary?: true;
  readonly calls: number;
}

/** What the run workflow needs to know of the plan. */
export interface PlanSummary {
  readonly items: number;
  readonly pages: readonly PageReference[];
  /** Models of the run, for the search attribute. */
  readonly models: readonly string[];
  /** Labels of the run as `name=value`, for the search attribute. */
  readonly labels?: readonly string[];
  /** Absent in runs that an earlier version has planned. */
  readonly folder?: Folder;
  /** Calls that each lane would take of any run. Absent in runs that an earlier version has planned. */
  readonly most?: Readonly<Record<string, number>>;
  /** Calls that the run may have under way in each lane: those in flight, and those at hand. */
  readonly concurrency: Readonly<Record<string, number>>;
  /** Calls in flight that the job allows itself in all. Absent where each lane keeps within that by itself. */
  readonly limit?: number;
  /** How the run stands among others; `normal` when absent. */
  readonly priority?: Priority;
  /** Most that the run may cost, as it was changed last. */
  readonly budget?: Budget;
  /** What is spent of that already, where an execution that is gone has worked on the run. */
  readonly spent?: Omit<LedgerState, 'cap'>;
  /** Its first items are made alone before the others. */
  readonly canary?: Canary;
  /** Set where somebody has let the others go on. */
  readonly approved?: true;
  /** Ends it when its items fail. */
  readonly failFast?: FailFast;
  /** When it ends whatever is left, as it was changed last, ISO 8601; absent where it has no deadline. */
  readonly endsAt?: string | undefined;
  /** What is to be told to whom the job names; absent where it names nobody. */
  readonly notices?: readonly NoticeEvent[];
  /** Times of its schedule that were missed since the last run. */
  readonly missed?: MissedTimes;
  /** Whether the namespace knows the Pollen search attributes; without them they are not set. */
  readonly searchAttributes: boolean;
  /** Whether an execution that is gone had begun the run: it may have made calls. */
  readonly resumed: boolean;
  /** How the run ended, when it has ended already. */
  readonly ended?: RunOutcome;
}

/** What a run carries over when it continues as new. */
export interface CarriedRun {
  readonly plan: PlanSummary;
  /** Index in `plan.pages` of the next page to start, by lane. */
  readonly next: Readonly<Record<string, number>>;
  readonly tally: Tally;
  readonly models?: readonly ModelCount[];
  readonly failures: readonly SampledFailure[];
  /** Absent where it is not paused. */
  readonly paused?: readonly Pause[];
  /** Absent where the run has no budget. */
  readonly budget?: LedgerState;
  /** What ended last, oldest first. Absent where the run has no fail-fast. */
  readonly endedLast?: readonly Ended[];
}

/** A run that was submitted, or goes on as new. */
export interface RunInput {
  readonly run: RunLocation;
  /**
   * An earlier execution of the run was ended from outside: its calls may have been sent and charged unseen. What the
   * plan says counts as well.
   */
  readonly resumed: boolean;
  readonly carried?: CarriedRun;
}

/** A run that a schedule starts: its id is its workflow's. */
export interface ScheduledRunInput {
  readonly scheduled: KeptJobLocation;
}

export type RunJobInput = RunInput | ScheduledRunInput;

export interface PlanRunInput {
  readonly run: RunLocation;
  /** As in {@link RunInput}. */
  readonly resumed?: boolean;
  /** The job of a scheduled run, which nobody has claimed yet. */
  readonly scheduled?: KeptJobLocation;
}

export interface RunPageInput {
  readonly run: RunLocation;
  readonly resumed: boolean;
  readonly page: number;
  readonly lane: string;
  readonly priority?: Priority;
  /** After how many failed items it tells its run at once. Absent where the run has no fail-fast. */
  readonly dense?: number;
  /** Calls the page may have in flight when it starts; more may be granted later. */
  readonly places: number;
  /** Other lanes in which it has a place. Absent where all calls count for the one lane. */
  readonly others?: readonly string[];
}

/** A page's items as its workflow needs them, in columns to stay small. */
export interface OpenedPage {
  readonly ids: readonly string[];
  /** One letter a call: `t` for text, `i` for image. */
  readonly kinds: string;
  readonly models: readonly string[];
  /** Index into `models`, one a call. */
  readonly model: readonly number[];
  /** Positions in the page that have no record yet. */
  readonly missing: readonly number[];
  /** The items that have one. */
  readonly done: Tally;
  /** What each call holds of the run's budget while it is under way; absent where the run has none. */
  readonly holds?: {
    /** Decimal Pollen. */
    readonly amounts: readonly string[];
    /** Index into `amounts`, one an item, or one a step of an item that has several calls. */
    readonly of: readonly (number | readonly number[])[];
  };
  /** Of the items that have several calls; absent where none has. */
  readonly chains?: {
    readonly shapes: readonly ChainShape[];
    readonly lanes: readonly string[];
    /** Index into `shapes`, one an item; -1 for an item of one call. */
    readonly shape: readonly number[];
  };
}

export interface KeepChangeInput {
  readonly run: RunLocation;
  readonly change: RunChange;
}

/** Something to tell of a run. */
export interface NoticeInput {
  readonly run: RunLocation;
  /** The job of a scheduled run, which may have no plan. */
  readonly scheduled?: KeptJobLocation;
  readonly notice: Notice;
}

/** An item, by its place in the plan. */
export interface ItemReference {
  readonly run: RunLocation;
  readonly page: number;
  /** Position of the item in its page, from 0. */
  readonly position: number;
}

/** A call: an item's only one, or that of a step. */
export interface CallReference extends ItemReference, Partial<StepCall> {
  /** Whether an execution before this one may have made the call. */
  readonly resumed: boolean;
  /** How often its page had gone on after a pause. Absent in pages of earlier versions, which take no call back. */
  readonly round?: number;
  /** Set where it was put back: how often its worker had been lost with it. */
  readonly again?: number;
  /** Set on the one call by which a paused run finds out whether it may go on. */
  readonly probes?: true;
}

/** What is to be known of the calls that a page takes back. */
export interface FindLossesInput {
  /** How often the page had gone on after a pause when it made them. */
  readonly round: number;
}

/** A call of a page that may have been charged without a word of it being kept. */
export interface LostCall extends Pick<ItemReference, 'position'> {
  readonly step?: StepCall;
}

export interface SealPageInput {
  readonly run: RunLocation;
  readonly page: number;
  /** Whether an execution before this one may have made the calls. */
  readonly resumed?: boolean;
  /** Positions of items whose worker was lost while the page was stopped: their calls may be paid for. */
  readonly lost: readonly number[];
  /** How often each was lost; once where it is absent, as in pages of earlier versions. */
  readonly losses?: readonly number[];
  /** The same of items that have several calls. */
  readonly lostSteps?: readonly (StepCall & Pick<ItemReference, 'position'> & Pick<CallReference, 'again'>)[];
  /** Execution of the page in which they were lost. */
  readonly execution?: string;
  /** Its last round of calls. */
  readonly round?: number;
}
