import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';

import type { Priority } from '../manifest/job.ts';
import type { BudgetView } from '../pollen/ledger.ts';
import type { TrancheReport } from '../pollen/tranche.ts';
import type { Counts, ModelCount, SampledFailure } from '../records/counts.ts';
import type { EndState } from '../records/outcome.ts';
import type { Tally } from '../records/tally.ts';
import type { Pause, PauseCause, PauseReason } from './pauses.ts';

/** State of a run as people see it. */
export type RunState = 'planning' | 'running' | 'paused' | 'finishing' | EndState;

/** Progress of a page, told to its run and on query. */
export interface PageProgress extends Counts {
  readonly page: number;
  /**
   * Counts what it tells its run, from the microsecond in which it started: what is older says nothing more, nor does what
   * a page has told whose run was ended. Absent in answers, and in pages of earlier versions.
   */
  readonly turn?: number;
  /** Calls that could be made now, if there were places for them. */
  readonly waiting: number;
  readonly inFlight: number;
  /** Places it was granted in all. */
  readonly places: number;
  /** Places given back for good since the page started. */
  readonly freed: number;
  /** The same of the other lanes that its calls need. */
  readonly others?: readonly LaneProgress[];
  /** Its share of the run's budget; absent where the run has none. */
  readonly money?: TrancheReport;
}

/** A page's progress in one of several lanes. */
export interface LaneProgress {
  readonly lane: string;
  readonly waiting: number;
  readonly freed: number;
}

/** What a run has under way in a lane. */
export interface LaneView {
  readonly lane: string;
  /** Calls that it may have under way there now: in flight, at hand, or waiting for the lane's rate. */
  readonly places: number;
  /** Calls that have no place yet, about. */
  readonly waiting: number;
}

/** A run as `get` and `watch` show it. */
export interface RunView {
  readonly state: RunState;
  readonly items: number;
  readonly tally: Tally;
  /** The share of the tally that comes from pages that have ended. */
  readonly done: Tally;
  /** All that those pages count for. Absent in runs that an earlier version works on. */
  readonly sealed?: Counts;
  readonly models: readonly ModelCount[];
  readonly pages: { readonly total: number; readonly done: number; readonly running: readonly number[] };
  /** What it has under way in each lane. Absent in runs that an earlier version works on. */
  readonly lanes?: readonly LaneView[];
  /** `normal` when absent. */
  readonly priority?: Priority;
  readonly failures: readonly SampledFailure[];
  /** Absent where it has none. */
  readonly budget?: BudgetView;
  /** When it ends with what it has, ISO 8601; absent where it has no deadline. */
  readonly endsAt?: string;
  /** Why it is paused, the oldest reason first; absent where it is not. */
  readonly paused?: readonly Pause[];
}

/** What a run is told that is to pause. */
export interface PauseRequest extends PauseCause {
  /** Who has the reason, where several may: it goes when all of them have lifted it. */
  readonly holder?: string;
}

/** What a run is told that may go on. */
export interface ResumeRequest {
  /** @default all that a person can lift */
  readonly reason?: PauseReason;
  readonly holder?: string;
  /** In the words of the person who lifts it. */
  readonly detail?: string;
}

/** A page tells its run how far it is and which places it gave back. */
export const pageProgressSignal = defineSignal<[PageProgress]>('pageProgress');

/** A run gives a page more places, in its own lane or in another one that its calls need. */
export const grantPlacesSignal = defineSignal<[places: number, lane?: string]>('grantPlaces');

/** A run gives a page money: what it has been given in all, decimal Pollen. */
export const grantMoneySignal = defineSignal<[total: string]>('grantMoney');

/** Pauses a run: calls in flight finish and are recorded, nothing new is sent. */
export const pauseSignal = defineSignal<[PauseRequest]>('pause');

/** Takes a reason away; the run goes on when none is left. */
export const resumeSignal = defineSignal<[ResumeRequest]>('resume');

/** What a person says about what he does to a run. */
export interface ActRequest {
  readonly reason?: string;
}

/** Stops a run: calls in flight finish and are recorded, the rest is left, and the report is written. */
export const stopSignal = defineSignal<[ActRequest]>('stop');

/** The same, but calls in flight have a moment alone: what they cost after that is unknown. */
export const terminateSignal = defineSignal<[ActRequest]>('terminate');

/** A run tells a page that it was terminated. */
export const giveUpSignal = defineSignal('giveUp');

/** Lets a run go on that waits for approval. */
export const approveUpdate = defineUpdate<void, [ActRequest]>('approve');

/** What is to change of a run, one thing at least. */
export interface SetRequest extends ActRequest {
  /** Decimal Pollen, or so much more after a plus. */
  readonly budget?: string;
  /** Calls that it may have in flight, over all workers; `null`: no bound of its own. */
  readonly concurrency?: number | null;
  readonly priority?: Priority;
  /** When it is to end, ISO 8601, or so many seconds later than now set; `null`: never. */
  readonly deadline?: string | { readonly later: number } | null;
}

/** What holds of that from now on. */
export interface SetView extends Pick<SetRequest, 'concurrency' | 'priority'> {
  readonly budget?: BudgetView;
  /** ISO 8601; `null`: none. */
  readonly endsAt?: string | null;
}

/** Changes a run that goes on; all of it is kept before it counts. */
export const setRunUpdate = defineUpdate<SetView, [SetRequest]>('setRun');

/** What a page is to go on with, where somebody has changed that. */
export interface PageTerms {
  /** How often they were changed. */
  readonly count: number;
  /** Places that it is to have given up since it started, by lane. */
  readonly shed: Readonly<Record<string, number>>;
  /** Absent where that is as it was. */
  readonly priority?: Priority;
}

/** How a run wants a page to stand. */
export interface SteerRequest {
  /** Counts what the page was told, from 1: signals may come in another order, and what is older says nothing more. */
  readonly turn: number;
  /**
   * Turn by which it was told last to pause, to make a call or to go on: one that it knows changes its terms alone.
   *
   * @default `turn`
   */
  readonly asked?: number;
  /** Whether it is to take its calls back, and to make none. */
  readonly isPaused: boolean;
  /** How often it was let go on. */
  readonly round: number;
  /** Absent where nobody has changed them. */
  readonly terms?: PageTerms;
  /** Whether it is to make one call while it is paused, and to say when that was answered. */
  readonly probes?: true;
}

/** A run pauses a page, has it make one call meanwhile, or lets it go on. */
export const steerSignal = defineSignal<[SteerRequest]>('steer');

export const runViewQuery = defineQuery<RunView>('runView');

export const pageProgressQuery = defineQuery<PageProgress>('pageProgress');

/** What a run's budget is to be. */
export interface BudgetRequest {
  /** Decimal Pollen, or so much more after a plus. */
  readonly amount: string;
  /** In the words of who asks. */
  readonly reason?: string;
}

/** Sets the budget alone, as commands of earlier versions do. */
export const setBudgetUpdate = defineUpdate<BudgetView, [BudgetRequest]>('setBudget');
