import type { Plan, PlannedItem } from '../plan/plan.ts';
import { receiptOf, type Receipt } from '../records/record.ts';
import { runKeys } from '../storage/keys.ts';
import type { CallReference } from '../workflows/inputs.ts';
import type { WantedList } from './check-output.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { itemFailure, wrongApiFailure } from './failure.ts';
import { partOf } from './resolve-call.ts';

/**
 * Finds a call's item, as it was planned.
 *
 * @throws ApplicationFailure where this worker talks to another API than the run was planned for
 */
export async function findPlanned(
  { plans, apiId }: ActivityDependencies,
  { run, page, position }: CallReference,
): Promise<{ readonly plan: Plan; readonly item: PlannedItem }> {
  const [plan, items] = await Promise.all([plans.plan(run), plans.page(run, page)]);
  const item = items[position];
  if (plan === undefined || item === undefined) throw new Error(`the plan of ${run.runId} is incomplete`);
  if (plan.api.id !== apiId) throw wrongApiFailure(plan.api.id, apiId);
  return { plan, item };
}

/**
 * Finds the record of a call that is a step, before its request is made again, which takes the results of other steps.
 *
 * @throws ApplicationFailure when it says that the step failed
 */
export async function findStep(
  { records }: ActivityDependencies,
  reference: CallReference,
  item: PlannedItem,
): Promise<Receipt | undefined> {
  const part = partOf(reference, item);
  if (part === undefined) return undefined;
  const key = runKeys(reference.run).step(reference.page, item.number, item.id, part);
  const record = await records.read(key);
  if (record === undefined) return undefined;
  const receipt = receiptOf(record, key);
  if (record.status === 'failed') throw itemFailure(record, receipt);
  return receipt;
}

/** Whether another run may have made some of an item's calls. */
export function isBegun(item: PlannedItem): boolean {
  return 'steps' in item && item.begun !== undefined;
}

/** The lists that later steps go over and that a call's answer is to hold. */
export function listsOf({ step }: CallReference, item: PlannedItem): readonly WantedList[] {
  if (!('steps' in item)) return [];
  return item.steps.flatMap(({ forEach }, position) =>
    forEach !== undefined && forEach.step === step
      ? [{ step: position, path: forEach.path, max: forEach.max }]
      : [],
  );
}
