import type { Priority as QueuePriority } from '@temporalio/common';

import type { Priority } from '../manifest/job.ts';
import type { RunPageInput } from './inputs.ts';

/** A fairness key has 64 bytes at most. */
const KEY_BYTES = 64;

/**
 * Shares of a lane's starts while several runs wait for it. None of them can starve another, so that a few items of a
 * `low` job still come through beside a big `high` one; only `urgent` comes before all others.
 */
const standings: Readonly<Record<Priority, Omit<QueuePriority, 'fairnessKey'>>> = {
  low: { fairnessWeight: 0.25 },
  normal: {},
  high: { fairnessWeight: 4 },
  urgent: { priorityKey: 1 },
};

/** How the calls of a page stand in their lane's queue: beside other runs by turns, each run being one party. */
export function priorityOf({
  run,
  priority = 'normal',
}: Pick<RunPageInput, 'run' | 'priority'>): QueuePriority {
  return { fairnessKey: run.runId.slice(-KEY_BYTES), ...standings[priority] };
}
