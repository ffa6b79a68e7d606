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

/**
 * Options of telling a receiver something, which is tried for a day: after 5 s, 15 s, 45 s and so on, and then each hour. The
 * receiver has 15 s to answer.
 */
export const noticeOptions: ActivityOptions = {
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '24 hours',
  retry: { initialInterval: '5 seconds', backoffCoefficient: 3, maximumInterval: '1 hour' },
};

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
