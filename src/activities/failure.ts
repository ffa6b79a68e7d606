import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';

import type { PollenBatchError } from '../errors.ts';
import type { Fault } from '../pollinations/outcome.ts';
import { verdicts } from '../pollinations/verdicts.ts';
import type { FailedRecord, Receipt } from '../records/record.ts';
import type { Decision } from './decide.ts';

// The API's own words may quote the prompt: they stay in the record, and out of histories and logs.
function describe(status: number | undefined, remedy: string): string {
  return status === undefined ? remedy : `${status}: ${remedy}`;
}

/** A failed item: the activity ends for good, and carries the item's receipt to its page. */
export function itemFailure({ fault }: FailedRecord, receipt: Receipt): ApplicationFailure {
  return ApplicationFailure.create({
    type: fault.code,
    message: describe(fault.status, fault.remedy),
    nonRetryable: true,
    details: [receipt],
  });
}

/** An attempt that is tried again when the decision says; a throttle is no error, and is logged as none. */
export function retryFailure(
  fault: Fault,
  decision: Extract<Decision, { kind: 'retry' }>,
): ApplicationFailure {
  const isKey = fault.code === 'unauthorized' && decision.because === 'waiting';
  return ApplicationFailure.create({
    type: isKey ? 'key-refused' : fault.code,
    message: describe(fault.status, verdicts[fault.code].remedy),
    nextRetryDelay: decision.delayMs,
    ...(decision.because === 'throttled' ? { category: ApplicationFailureCategory.BENIGN } : {}),
  });
}

/** A worker that talks to another API than the run was planned for: waits for one that fits. */
export function wrongApiFailure(planned: string, own: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'wrong-api',
    message: `the run was planned for ${planned}, and this worker calls ${own}. Start a worker with the API that the run was planned for.`,
    nextRetryDelay: '15 seconds',
  });
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
  return ApplicationFailure.create({
    type: 'unknown-lane',
    message: `the run was planned with lane "${lane}", which this worker does not have. Give submit and workers the same POLLEN_BATCH_LANES.`,
    nextRetryDelay: '15 seconds',
  });
}
