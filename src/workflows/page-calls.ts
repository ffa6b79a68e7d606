import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  TimeoutFailure,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow';

import { addCounts, countsOf, type Counts, type SampledFailure } from '../records/counts.ts';
import { emptyTally, tallyOf } from '../records/tally.ts';
import type { Receipt } from '../records/record.ts';
import { NOT_STORED, type CallActivities, type ControlActivities, type ParkedCall } from './contract.ts';
import { laneQueue } from './ids.ts';
import type { StepOutcome, StepShape } from './item-steps.ts';
import { plainName } from './markdown.ts';
import { type CallReference, type OpenedPage, type RunPageInput } from './inputs.ts';
import { controlOptions } from './options.ts';
import type { PageCall } from './page-agenda.ts';
import type { PauseCause } from './pauses.ts';
import { priorityOf } from './priority.ts';

/** What became of a call. */
export type CallEnd =
  /** It has a record: what it counts for, and what that means to its item. */
  | { readonly kind: 'made'; readonly counts: Counts; readonly outcome: StepOutcome }
  /** It was taken back, and has none. */
  | {
      readonly kind: 'unmade';
      /** Whether its worker was lost with it: it may have been charged. */
      readonly isLost: boolean;
      /** Set where no attempt was under way when it was taken back: the server has ended it, and tells nothing of earlier ones. */
      readonly isUnbegun?: true;
      /** Why the run is to pause: every further call would meet the same. */
      readonly cause?: PauseCause;
      /** Who held its answer while the store was away, and is lost. */
      readonly holder?: string;
    };

/** What the server says of an activity that it cancels while no attempt is under way. */
const NOT_STARTED = 'ACTIVITY_ID_NOT_STARTED';

/** Code of an answer that another call may mend. */
const MENDABLE = 'output-invalid';

const { closeItem } = proxyActivities<ControlActivities>(controlOptions);

/** Has a call made. A failed item or step is an outcome, and no failure. */
export async function generate(
  input: RunPageInput,
  opened: OpenedPage,
  call: PageCall,
  how: Pick<CallReference, 'round' | 'probes'>,
): Promise<CallEnd> {
  const { position, step, again } = call;
  const { kind, lane, model, name } = describeCall(input, opened, call);
  const activities = proxyActivities<CallActivities>({
    taskQueue: laneQueue(lane),
    summary: `${name} · ${plainName(model)}`,
    // A lost worker is noticed by its heartbeats, and the API's answer has a deadline of its own: this is for the answer that
    // is held while the store is away.
    startToCloseTimeout: '24 hours',
    heartbeatTimeout: '20 seconds',
    // The activity decides how often to try; a throttled call may try for days.
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '60 seconds' },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    priority: priorityOf(input),
  });
  const made = (receipt: Receipt): CallEnd => ({
    kind: 'made',
    counts: step === undefined ? itemCounts(opened, position, model, receipt) : stepCounts(model, receipt),
    outcome: outcomeOf(receipt),
  });
  try {
    const { run, resumed, page } = input;
    return made(
      await activities[kind]({
        run,
        resumed,
        page,
        position,
        ...step,
        ...how,
        ...(again === undefined ? {} : { again }),
      }),
    );
  } catch (error) {
    if (isCancellation(error)) {
      return { kind: 'unmade', isLost: false, ...(wasUnbegun(error) ? { isUnbegun: true } : {}) };
    }
    const detail = detailOfFailure(error);
    if (detail !== undefined && 'parked' in detail) {
      return { kind: 'unmade', isLost: false, cause: detail.parked };
    }
    if (detail !== undefined) return made(detail);
    // It was in flight when it was taken back, and would have to be tried again: the server gives up on it instead.
    if (error instanceof ActivityFailure && error.retryState === 'CANCEL_REQUESTED') {
      return { kind: 'unmade', ...lossOf(error.cause) };
    }
    throw error;
  }
}

/** Has the record of an item of several calls written. What its calls cost is counted already. */
export async function closeChain(
  { run, page }: RunPageInput,
  opened: OpenedPage,
  position: number,
): Promise<Counts> {
  const receipt = await closeItem({ run, page, position });
  const { status } = receipt;
  const failures = status === 'failed' ? [failureOf(opened.ids[position] ?? '', receipt)] : [];
  return { tally: { ...emptyTally, [status]: 1 }, failures };
}

/** The lane that carries a call. */
export function laneOfCall({ lane }: RunPageInput, opened: OpenedPage, { position, step }: PageCall): string {
  const shape = step === undefined ? undefined : shapeOf(opened, position, step.step);
  return shape === undefined ? lane : (opened.chains?.lanes[shape.lane] ?? lane);
}

interface DescribedCall {
  readonly kind: 'generateText' | 'generateImage';
  readonly lane: string;
  readonly model: string;
  /** As people see it. */
  readonly name: string;
}

function describeCall(input: RunPageInput, opened: OpenedPage, call: PageCall): DescribedCall {
  const { position, step } = call;
  const id = opened.ids[position] ?? '';
  const shape = step === undefined ? undefined : shapeOf(opened, position, step.step);
  const kind = shape?.kind ?? opened.kinds[position];
  return {
    kind: kind === 'i' ? 'generateImage' : 'generateText',
    lane: laneOfCall(input, opened, call),
    model: opened.models[shape?.model ?? opened.model[position] ?? 0] ?? '',
    name: [
      id,
      ...(shape === undefined ? [] : [shape.id]),
      ...(step?.index === undefined ? [] : [step.index]),
      ...(step?.repair === undefined ? [] : [`r${step.repair}`]),
    ].join('.'),
  };
}

function shapeOf({ chains }: OpenedPage, position: number, step: number): StepShape | undefined {
  return chains?.shapes[chains.shape[position] ?? -1]?.[step];
}

function outcomeOf({ status, code, lists }: Receipt): StepOutcome {
  if (status === 'succeeded') return { kind: 'succeeded', ...(lists === undefined ? {} : { lists }) };
  return { kind: code === MENDABLE ? 'unfit' : 'failed' };
}

function itemCounts({ ids }: OpenedPage, position: number, model: string, receipt: Receipt): Counts {
  const failure = receipt.status === 'failed' ? failureOf(ids[position] ?? '', receipt) : undefined;
  return countsOf(model, tallyOf(receipt), failure);
}

// A step counts for its model and for the money; as an item, its item counts once.
function stepCounts(model: string, receipt: Receipt): Counts {
  const { settled, unknown, throttled } = tallyOf(receipt);
  const { models } = countsOf(model, tallyOf(receipt));
  return addCounts(
    { tally: { ...emptyTally, settled, unknown, throttled } },
    { tally: emptyTally, models: models ?? [] },
  );
}

function failureOf(id: string, { code = '', httpStatus, remedy = '' }: Receipt): SampledFailure {
  return { id, code, ...(httpStatus === undefined ? {} : { status: httpStatus }), remedy };
}

function lossOf(cause: Error | undefined): { readonly isLost: boolean; readonly holder?: string } {
  // Its answer was given up, so that nobody knows what it cost.
  if (!(cause instanceof TimeoutFailure)) {
    return { isLost: cause instanceof ApplicationFailure && cause.type === NOT_STORED };
  }
  const told = cause.lastHeartbeatDetails as { readonly holds?: string } | undefined;
  return { isLost: true, ...(told?.holds === undefined ? {} : { holder: told.holds }) };
}

function wasUnbegun(error: unknown): boolean {
  if (!(error instanceof ActivityFailure && error.cause instanceof CancelledFailure)) return false;
  return error.cause.details.includes(NOT_STARTED);
}

// A failed item's activity carries the item's receipt in its failure, and a call that goes back the reason.
function detailOfFailure(error: unknown): Receipt | ParkedCall | undefined {
  if (!(error instanceof ActivityFailure && error.cause instanceof ApplicationFailure)) return undefined;
  const [detail] = error.cause.details ?? [];
  return detail as Receipt | ParkedCall | undefined;
}
