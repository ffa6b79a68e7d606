import { laneOf } from '../../lanes/lanes.ts';
import { planJob, type PlannedJob, type PlanJobInput } from '../../plan/plan-job.ts';
import { withObjects } from '../../plan/job-files.ts';
import { jobChecksFor } from '../../pollinations/job-checks.ts';
import { InvalidJob } from '../job/invalid-job.ts';
import type { ReadJob } from '../job/job-reading.ts';
import type { Session } from '../session/session.ts';

/** What is up to whoever plans. */
export type PlanningOptions = Pick<
  PlanJobInput,
  | 'allowUnpriced'
  | 'mayRepeat'
  | 'spool'
  | 'seedScope'
  | 'allFresh'
  | 'measured'
  | 'reuse'
  | 'first'
  | 'onItem'
>;

/**
 * Plans a job that was read, with the prices and lanes of a session.
 *
 * @throws InvalidJob with every problem
 * @throws PollenBatchError `no-price` when a model has no known price
 */
export async function planReading(
  {
    api,
    plannedApi,
    config,
    store,
  }: Pick<Session, 'api' | 'plannedApi' | 'config'> & Partial<Pick<Session, 'store'>>,
  { file, job, placeOf, files }: ReadJob,
  options: PlanningOptions,
): Promise<PlannedJob> {
  const planned = await planJob({
    ...options,
    file,
    job,
    placeOf,
    files: store === undefined ? files : withObjects(files, store.openObject),
    checks: jobChecksFor(api),
    api: plannedApi,
    prices: api.prices,
    laneOf: (model) => laneOf(config.lanes, model),
    createdAt: new Date().toISOString(),
  });
  if ('problems' in planned) throw new InvalidJob(file, planned.problems);
  return planned;
}
