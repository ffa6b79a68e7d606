import type { ActivityOptions } from '@temporalio/workflow';

/**
 * Options of the activities that only touch the store: tried again for as long as the store is away, since a run must
 * not fail for an outage.
 */
export const controlOptions: ActivityOptions = {
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds' },
};

/** Options of planning, which reads all that a run has spent where an execution that is gone has worked on it. */
export const planOptions: ActivityOptions = { ...controlOptions, startToCloseTimeout: '6 hours' };

/** Options of looking whether credit is back: asked again until it is, which leaves nothing in the history. */
export const creditOptions: ActivityOptions = {
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '15 seconds', backoffCoefficient: 2, maximumInterval: '5 minutes' },
};

/**
 * Options of looking at a page's calls before they are taken back, which waits for it. Meanwhile workers go on with what they
 * have at hand, except for the one that looks.
 */
export const lookOptions: ActivityOptions = {
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2 },
};
