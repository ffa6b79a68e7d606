import { PollenBatchError } from '../../errors.ts';
import type { Report } from '../../report/report.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import { readChanges, type RunChange } from '../../records/changes.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { readMarker, readPlan } from '../../records/run-store.ts';
import type { Plan } from '../../plan/plan.ts';
import type { TemporalFailure } from '../../temporal/failure.ts';
import { readPeriod, type BudgetSight } from '../bill/budget-sight.ts';
import { correctReport } from '../bill/corrected-cost.ts';
import { readEnding, type Ending } from './ending.ts';
import { findRun } from './find-run.ts';
import type { Sight } from './follow.ts';
import { readingOf, type Reading } from '../session/reading.ts';
import type { Session } from '../session/session.ts';

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
  /** What people did to it, the oldest first. */
  readonly story: readonly RunChange[];
}

/** Looks a run up: its plan, how far it is, and its report once it has ended. */
export async function get(session: Session, runId: string): Promise<RunDetails> {
  return describe(readingOf(session), await findRun(session, runId));
}

/** Tells all about a run that was found. Of one that has ended the bucket tells everything: Temporal is not asked. */
export async function describe(
  reading: Pick<Reading, 'temporal'> & { readonly store: ObjectStore },
  run: RunLocation,
): Promise<RunDetails> {
  const { store } = reading;
  const [marker, plan] = await Promise.all([readMarker(store, run), readPlan(store, run)]);
  const [sight, missing]: Look =
    marker === undefined ? await look(reading, run, plan) : [{ kind: 'ended', marker }, []];
  const [ending, report] =
    sight.kind === 'ended'
      ? await Promise.all([readEnding(store, run, sight.marker, plan), readReport(store, run)])
      : [];
  // Of one that has ended its report tells.
  const story = sight.kind === 'ended' ? (report?.story ?? []) : await readChanges(store, run);
  const corrected = ending?.corrected;
  return {
    run,
    plan,
    sight,
    ending,
    missing,
    story,
    budget: ending?.budget ?? (await budgetOf(store, run, plan, sight)),
    report: report === undefined || corrected === undefined ? report : correctReport(report, corrected),
  };
}

type Look = readonly [sight: Sight, missing: readonly TemporalFailure[]];

async function look(
  { store, temporal }: Pick<Reading, 'temporal'> & { readonly store: ObjectStore },
  run: RunLocation,
  plan: Plan | undefined,
): Promise<Look> {
  const connected = await temporal();
  if (connected instanceof PollenBatchError) return [{ kind: 'silent', reason: connected.message }, []];
  // Temporal's client is loaded by now, which takes a while.
  const { lookAt } = await import('./follow.ts');
  const { findMissingParts } = await import('../session/missing-parts.ts');
  const [sight, missing] = await Promise.all([
    lookAt({ store, temporal: connected }, run),
    findMissingParts(connected, plan).catch(() => []),
  ]);
  return [sight, sight.kind === 'ended' || sight.kind === 'broken' ? [] : missing];
}

async function readReport(store: ObjectStore, run: RunLocation): Promise<Report | undefined> {
  const report = await store.get(runKeys(run).report);
  return report && (JSON.parse(Buffer.from(report.body).toString('utf8')) as Report);
}

async function budgetOf(
  store: ObjectStore,
  run: RunLocation,
  plan: Plan | undefined,
  sight: Sight,
): Promise<BudgetSight | undefined> {
  if (plan === undefined || sight.kind !== 'running' || sight.budget === undefined) return undefined;
  return { ...sight.budget, ...(await readPeriod(store, run, plan)) };
}
