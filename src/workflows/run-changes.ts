import type { RunAct } from '../records/changes.ts';
import { boundBy } from './lane-shares.ts';
import type { SetRequest, SetView } from './messages.ts';
import { refusal } from './refusals.ts';
import { checkBudget, noBudgetFailure } from './run-budget.ts';
import type { RunStanding } from './run-standing.ts';

const MOST_CALLS = 1_000_000;
const priorities: ReadonlySet<unknown> = new Set(['low', 'normal', 'high', 'urgent']);

/**
 * Refuses what cannot be set, before it becomes part of the history: the handler could not go on with it.
 *
 * @throws ApplicationFailure `usage`
 */
export function checkSetRequest({ budget, concurrency, priority, deadline }: SetRequest): void {
  if ([budget, concurrency, priority, deadline].every((one) => one === undefined)) {
    throw refusal('usage', 'there is nothing to set');
  }
  if (budget !== undefined) checkBudget(budget);
  const isCount =
    Number.isInteger(concurrency) && Number(concurrency) >= 1 && Number(concurrency) <= MOST_CALLS;
  if (concurrency !== undefined && concurrency !== null && !isCount) {
    throw refusal('usage', 'a concurrency is a whole number of calls from 1 on, or none');
  }
  if (priority !== undefined && !priorities.has(priority)) {
    throw refusal('usage', 'a priority is low, normal, high or urgent');
  }
  if (deadline !== undefined && deadline !== null && !isTime(deadline)) {
    throw refusal('usage', 'a deadline is a time, so many seconds more, or none');
  }
  if (typeof deadline === 'string') checkBound(Date.parse(deadline));
  else if (deadline?.later !== undefined) checkBound(Date.now() + 1_000 * deadline.later);
}

function isTime(deadline: string | { readonly later: number }): boolean {
  if (typeof deadline === 'string') return !Number.isNaN(Date.parse(deadline));
  return Number.isFinite(deadline.later) && deadline.later > 0;
}

/** As far as a job's own deadline may be. */
const LONGEST_MS = 3_650 * 86_400_000;

// What is further is no time at last, or none that a timer could wait for.
function checkBound(time: number): void {
  if (time <= Date.now() + LONGEST_MS) return;
  throw refusal('usage', 'a deadline is 3650d from now at most');
}

/**
 * What a request comes to, as it is kept.
 *
 * @throws ApplicationFailure `no-budget` or `no-deadline` where there is none to change, `usage` where a deadline would be too far
 */
export function actsOf(
  runId: string,
  { budget, deadline: current }: Pick<RunStanding, 'budget' | 'deadline'>,
  { budget: amount, concurrency, priority, deadline }: SetRequest,
): readonly RunAct[] {
  const acts: RunAct[] = [];
  if (amount !== undefined) {
    if (budget === undefined) throw noBudgetFailure(runId);
    acts.push({ kind: 'budget', budget: budget.changed(amount) });
  }
  if (concurrency !== undefined) acts.push({ kind: 'concurrency', concurrency });
  if (priority !== undefined) acts.push({ kind: 'priority', priority });
  if (deadline !== undefined) {
    const endsAt = current?.endsAt();
    if (deadline !== null && typeof deadline === 'object' && endsAt === undefined) {
      throw refusal('no-deadline', `run ${runId} has no deadline`);
    }
    acts.push({ kind: 'deadline', endsAt: timeOf(deadline, endsAt) });
  }
  return acts;
}

function timeOf(deadline: NonNullable<SetRequest['deadline']> | null, endsAt = ''): string | null {
  if (deadline === null) return null;
  const at =
    typeof deadline === 'string' ? Date.parse(deadline) : Date.parse(endsAt) + 1_000 * deadline.later;
  checkBound(at);
  return new Date(at).toISOString();
}

/** Has a run go on by what was set of it, which is kept by then. */
export function applyActs(standing: RunStanding, acts: readonly RunAct[]): void {
  let { plan } = standing;
  for (const act of acts) {
    if (act.kind === 'budget') standing.budget?.set(act.budget);
    else if (act.kind === 'deadline') standing.deadline?.set(act.endsAt);
    else if (act.kind === 'priority') plan = plan && { ...plan, priority: act.priority };
    else if (act.kind === 'concurrency' && plan !== undefined) {
      const { limit: _limit, ...rest } = plan;
      const most = plan.most ?? plan.concurrency;
      plan = { ...rest, most, ...boundBy(most, act.concurrency ?? undefined) };
    }
  }
  if (plan === undefined || plan === standing.plan) return;
  standing.plan = plan;
  standing.lanes?.change(plan);
}

/** What was set, as whoever asked is told. */
export function viewOf({ budget }: Pick<RunStanding, 'budget'>, acts: readonly RunAct[]): SetView {
  let view: SetView = {};
  for (const act of acts) {
    if (act.kind === 'budget' && budget !== undefined) view = { ...view, budget: budget.view() };
    else if (act.kind === 'concurrency') view = { ...view, concurrency: act.concurrency };
    else if (act.kind === 'priority') view = { ...view, priority: act.priority };
    else if (act.kind === 'deadline') view = { ...view, endsAt: act.endsAt };
  }
  return view;
}
