import { buildEntries } from './build-entries.ts';
import type { CheckedItem } from './check-items.ts';
import { parseDuration } from './duration.ts';
import { buildCanary, buildFailFast } from './gate-schema.ts';
import type { Budget, Job, Values } from './job.ts';
import { buildMatrix } from './matrix-schema.ts';
import { buildNotify } from './notify-schema.ts';
import { buildSchedule } from './schedule.ts';
import type { WrittenFile } from './schema.ts';

/** Makes the job of a file that is known to be right. */
export function buildJob(name: string, written: WrittenFile, items: readonly CheckedItem[]): Job {
  const schedule = written.schedule === undefined ? undefined : buildSchedule(written.schedule);
  const deadline = written.deadline === undefined ? undefined : parseDuration(written.deadline);
  const concurrency = written.limits?.concurrency;
  return {
    version: 1,
    name,
    ...given({
      description: written.description,
      labels: written.labels,
      schedule,
      timezone: schedule?.timezone === 'UTC' ? undefined : schedule?.timezone,
      limits: concurrency === undefined ? undefined : { concurrency },
      budget: written.budget === undefined ? undefined : buildBudget(written.budget),
      spend: written.spend,
      canary: written.canary === undefined ? undefined : buildCanary(written.canary),
      deadline: deadline === undefined ? undefined : deadline * 1_000,
      failFast: written.failFast === undefined ? undefined : buildFailFast(written.failFast),
      priority: written.priority,
      notify: written.notify === undefined ? undefined : buildNotify(written.notify),
      reuse: written.reuse,
      allowUnpriced: written.allowUnpriced,
      seed: written.seed,
      vars: written.vars as Values | undefined,
      matrix: written.matrix === undefined ? undefined : buildMatrix(written.matrix),
    }),
    entries: buildEntries(items, written.defaults),
  };
}

function buildBudget(written: NonNullable<WrittenFile['budget']>): Budget {
  return typeof written === 'string'
    ? { amount: written, onExceeded: 'pause' }
    : { amount: written.amount, onExceeded: written.onExceeded ?? 'pause' };
}

type Given<Values> = { [Key in keyof Values]?: Exclude<Values[Key], undefined> };

/** What has a value; the rest is left out. */
function given<Values extends object>(values: Values): Given<Values> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Given<Values>;
}
