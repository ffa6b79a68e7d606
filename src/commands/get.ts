import type { Report } from '../report/report.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import { readPlan } from '../records/run-store.ts';
import type { Plan } from '../plan/plan.ts';
import type { TemporalFailure } from '../temporal/failure.ts';
import { readPeriod, type BudgetSight } from './budget-sight.ts';
import { correctReport } from './corrected-cost.ts';
import { readEnding, type Ending } from './ending.ts';
import { findRun } from './find-run.ts';
import { lookAt, type Sight } from './follow.ts';
import { findMissingParts } from './missing-parts.ts';
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
  /** What it lacks of Temporal and its workers; of a run that goes on. */
  readonly missing: readonly TemporalFailure[];
}

/** Looks a run up: its plan, how far it is, and its report once it has ended. */
export async function get(session: Session, runId: string): Promise<RunDetails> {
  const run = await findRun(session, runId);
  const planned = readPlan(session.store, run);
  const [plan, sight, report, missing] = await Promise.all([
    planned,
    lookAt(session, run),
    session.store.get(runKeys(run).report),
    // Whoever asks waits for what does not answer anyway.
    planned.then((its) => findMissingParts(session.temporal, its)).catch(() => []),
  ]);
  const isOver = sight.kind === 'ended' || sight.kind === 'broken';
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
    missing: isOver ? [] : missing,
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
