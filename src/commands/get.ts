import type { Report } from '../report/report.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import { readChanges, type RunChange } from '../records/changes.ts';
import { readPlan } from '../records/run-store.ts';
import type { Plan } from '../plan/plan.ts';
import { readPeriod, type BudgetSight } from './budget-sight.ts';
import { correctReport } from './corrected-cost.ts';
import { readEnding, type Ending } from './ending.ts';
import { findRun } from './find-run.ts';
import { lookAt, type Sight } from './follow.ts';
import type { Session } from './session.ts';

/** All there is to say about a run. */
export interface RunDetails {
  readonly run: RunLocation;
  readonly plan: Plan | undefined;
  readonly sight: Sight;
  /** Once the run has ended. */
  readonly report: Report | undefined;
  readonly ending: Ending | undefined;
  /** Where it has one, and goes on or has ended. */
  readonly budget: BudgetSight | undefined;
  /** What people did to it, the oldest first. */
  readonly story: readonly RunChange[];
}

/** Looks a run up: its plan, how far it is, and its report once it has ended. */
export async function get(session: Session, runId: string): Promise<RunDetails> {
  const run = await findRun(session, runId);
  const [plan, sight, report, story] = await Promise.all([
    readPlan(session.store, run),
    lookAt(session, run),
    session.store.get(runKeys(run).report),
    readChanges(session.store, run),
  ]);
  const ending =
    sight.kind === 'ended' ? await readEnding(session.store, run, sight.marker, plan) : undefined;
  const told =
    report === undefined ? undefined : (JSON.parse(Buffer.from(report.body).toString('utf8')) as Report);
  const corrected = ending?.corrected;
  return {
    run,
    plan,
    sight,
    ending,
    story,
    budget: ending?.budget ?? (await budgetOf(session, run, plan, sight)),
    report: told === undefined || corrected === undefined ? told : correctReport(told, corrected),
  };
}

async function budgetOf(
  { store }: Session,
  run: RunLocation,
  plan: Plan | undefined,
  sight: Sight,
): Promise<BudgetSight | undefined> {
  if (plan === undefined || sight.kind !== 'running' || sight.budget === undefined) return undefined;
  return { ...sight.budget, ...(await readPeriod(store, run, plan)) };
}
