import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';

import type { PollenBatchError } from '../errors.ts';
import type { Fault } from '../pollinations/outcome.ts';
import { verdicts } from '../pollinations/verdicts.ts';
import type { FailedRecord, Receipt } from '../records/record.ts';
import { NOT_STORED, type ParkedCall } from '../workflows/contract.ts';
import { ownRemedy } from '../workflows/words.ts';
import type { Decision } from './decide.ts';

interface FailureOptions {
  /** What went wrong; programs switch on it. */
  readonly code: string;
  /** HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** What to do about it. The API's own words may quote the prompt: they stay in the record. */
  readonly remedy: string;
}

// The message holds it all, since lists in the Temporal UI show nothing else.
function failure(
  { code, status, remedy }: FailureOptions,
  options: Omit<Parameters<typeof ApplicationFailure.create>[0], 'type' | 'message'>,
): ApplicationFailure {
  const what = status === undefined ? code : `${code} (${status})`;
  const made = ApplicationFailure.create({ ...options, type: code, message: `${what}: ${remedy}` });
  // Where in our code it was made says nothing about the call, and would fill histories and screens.
  made.stack = '';
  return made;
}

/** A failed item: the activity ends for good, and carries the item's receipt to its page. */
export function itemFailure({ runId, fault }: FailedRecord, receipt: Receipt): ApplicationFailure {
  const remedy = ownRemedy(fault.remedy, runId);
  return failure({ ...fault, remedy }, { nonRetryable: true, details: [receipt] });
}

/** An attempt that is tried again when the decision says; a throttle is no error, and is logged as none. */
export function retryFailure(
  runId: string,
  fault: Fault,
  decision: Extract<Decision, { kind: 'retry' }>,
): ApplicationFailure {
  const remedy = ownRemedy(verdicts[fault.code].remedy, runId);
  return failure(
    { code: fault.code, status: fault.status, remedy },
    {
      nextRetryDelay: decision.delayMs,
      ...(decision.because === 'throttled' ? { category: ApplicationFailureCategory.BENIGN } : {}),
    },
  );
}

/**
 * A call that meets what every further call would meet: it goes back to its page, and its run pauses.
 *
 * @param delayMs - tries it again by itself after so long instead
 */
export function parkedFailure(
  fault: Fault,
  { reason }: Extract<Decision, { kind: 'park' }>,
  delayMs?: number,
): ApplicationFailure {
  const code = fault.code === 'unauthorized' ? 'key-refused' : fault.code;
  const { status } = fault;
  const parked: ParkedCall = {
    parked: { reason, detail: code, ...(status === undefined ? {} : { status }) },
  };
  return failure(
    { code, status, remedy: verdicts[fault.code].remedy },
    {
      category: ApplicationFailureCategory.BENIGN,
      ...(delayMs === undefined ? { nonRetryable: true, details: [parked] } : { nextRetryDelay: delayMs }),
    },
  );
}

/** A call whose lane was stopped before it was sent: it goes back to the queue, which has the lane's rate. */
export function stoppedLaneFailure(): ApplicationFailure {
  return failure(
    { code: 'lane-stopped', remedy: 'nothing was sent; the call waits until its lane goes on.' },
    { nextRetryDelay: '1 second', category: ApplicationFailureCategory.BENIGN },
  );
}

/** A call that has lost several workers, and waits for other such ones to be made: nothing was sent. */
export function suspectFailure(delayMs: number): ApplicationFailure {
  return failure(
    {
      code: 'suspect',
      remedy: 'nothing was sent; calls whose worker died several times are made few at a time.',
    },
    { nextRetryDelay: delayMs, category: ApplicationFailureCategory.BENIGN },
  );
}

/** A paid answer that was given up before the store took it: its next attempt fetches it again. */
export function notStoredFailure(): ApplicationFailure {
  return failure(
    { code: NOT_STORED, remedy: 'its worker left before the store took the answer, which is fetched again.' },
    {},
  );
}

/** Credit has not come back, or nobody can tell: it is asked for again. */
export function noCreditFailure(code: string, remedy: string): ApplicationFailure {
  return failure({ code, remedy }, { category: ApplicationFailureCategory.BENIGN });
}

/** A worker that talks to another API than the run was planned for: waits for one that fits. */
export function wrongApiFailure(planned: string, own: string): ApplicationFailure {
  const remedy = `the run was planned for ${planned}, and this worker calls ${own}. Start a worker with the API that the run was planned for.`;
  return failure({ code: 'wrong-api', remedy }, { nextRetryDelay: '15 seconds' });
}

/** A run that cannot be planned as its job stands: waiting would not help. */
export function unplannableFailure({ code, message, details, remedy }: PollenBatchError): ApplicationFailure {
  return ApplicationFailure.create({
    type: code,
    message: [message, ...details, remedy].filter((part) => part !== undefined).join('. '),
    nonRetryable: true,
  });
}

/** A run that was planned with a lane that this worker does not serve: waits for one that does. */
export function unknownLaneFailure(lane: string): ApplicationFailure {
  const remedy = `the run was planned with lane "${lane}", which this worker does not have. Give submit and workers the same POLLEN_BATCH_LANES.`;
  return failure({ code: 'unknown-lane', remedy }, { nextRetryDelay: '15 seconds' });
}
