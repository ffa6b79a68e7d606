import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  TimeoutFailure,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow';

import { addCounts, countsOf, type Counts, type SampledFailure } from '../records/counts.ts';
import { emptyTally, tallyOf } from '../records/tally.ts';
import type { Receipt } from '../records/record.ts';
import type { CallActivities, ControlActivities } from './contract.ts';
import { laneQueue } from './ids.ts';
import type { StepOutcome, StepShape } from './item-steps.ts';
import { plainName } from './markdown.ts';
import type { OpenedPage, RunPageInput } from './messages.ts';
import { controlOptions } from './options.ts';
import type { PageCall } from './page-agenda.ts';
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
    };

/** Code of an answer that another call may mend. */
const MENDABLE = 'output-invalid';

const { closeItem } = proxyActivities<ControlActivities>(controlOptions);

/**
 * Has a call made. A failed item or step is an outcome, and no failure.
 *
 * @param round - how often the page had gone on after a pause
 */
export async function generate(
  input: RunPageInput,
  opened: OpenedPage,
  call: PageCall,
  round: number,
): Promise<CallEnd> {
  const { position, step, again } = call;
  const { kind, lane, model, name } = describeCall(input, opened, call);
  const activities = proxyActivities<CallActivities>({
    taskQueue: laneQueue(lane),
    summary: `${name} · ${plainName(model)}`,
    // One attempt: the wait for a call before it, which has the API's own deadline (2 minutes for a text, 5 for an image),
    // the call, and storing, with margin.
    startToCloseTimeout: kind === 'generateImage' ? '11 minutes' : '8 minutes',
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
        round,
        ...(again === undefined ? {} : { again }),
      }),
    );
  } catch (error) {
    if (isCancellation(error)) return { kind: 'unmade', isLost: false };
    const receipt = receiptOfFailure(error);
    if (receipt !== undefined) return made(receipt);
    // It was in flight when it was taken back, and would have to be tried again: the server gives up on it instead.
    if (error instanceof ActivityFailure && error.retryState === 'CANCEL_REQUESTED') {
      return { kind: 'unmade', isLost: error.cause instanceof TimeoutFailure };
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

// A failed item's activity carries the item's receipt in its failure.
function receiptOfFailure(error: unknown): Receipt | undefined {
  if (!(error instanceof ActivityFailure && error.cause instanceof ApplicationFailure)) return undefined;
  const [receipt] = error.cause.details ?? [];
  return receipt as Receipt | undefined;
}
