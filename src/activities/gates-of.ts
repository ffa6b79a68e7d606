import type { Plan } from '../plan/plan.ts';
import { lastChange, type RunChange } from '../records/changes.ts';
import type { PlanSummary } from '../workflows/inputs.ts';

/** What may hold a run back or end it before its time, as people have left it. */
export function gatesOf(
  { createdAt, canary, deadline, failFast }: Plan,
  changes: readonly RunChange[],
): Pick<PlanSummary, 'canary' | 'approved' | 'failFast' | 'endsAt'> {
  const planned = deadline === undefined ? null : new Date(Date.parse(createdAt) + deadline).toISOString();
  const changed = lastChange(changes, 'deadline');
  const endsAt = changed === undefined ? planned : changed.endsAt;
  return {
    ...(canary === undefined ? {} : { canary }),
    ...(lastChange(changes, 'approve') === undefined ? {} : { approved: true }),
    ...(failFast === undefined ? {} : { failFast }),
    ...(endsAt === null ? {} : { endsAt }),
  };
}
