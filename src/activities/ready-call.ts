import type { FailedRecord, Receipt } from '../records/record.ts';
import { unaffordable } from './affordable.ts';
import {
  hasUnkept,
  LOST_WORKER,
  withEarlierActivities,
  withEarlierExecution,
  type AttemptHistory,
} from './attempt-history.ts';
import { executionOf } from './call-names.ts';
import type { CallUnderWay } from './call-under-way.ts';
import { schemaFault } from './check-output.ts';
import { isPoison } from './decide.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { createItemStore, type ItemStore } from './item-store.ts';
import { findPlanned, findStep, isBegun } from './planned-call.ts';
import { resolveCall } from './resolve-call.ts';
import type { Resolution } from './resolution.ts';

/** A call that is to be sent. */
export interface ReadyCall {
  readonly planned: Awaited<ReturnType<typeof findPlanned>>;
  readonly resolution: Resolution;
  readonly itemStore: ItemStore;
  /** Keeps what the attempts so far may have cost; resolves to the history that knows it. */
  readonly keepAttempts: (history: AttemptHistory) => Promise<AttemptHistory>;
  /** Keeps what an earlier execution may have cost, before the call goes back with nothing sent; resolves to the failure. */
  readonly goBack: (failure: Error) => Promise<Error>;
}

/**
 * Makes a call ready to be sent, with all that is known of earlier attempts; or finds out that it has ended already.
 *
 * @throws ApplicationFailure where it has failed for good
 */
export async function makeReady(
  dependencies: ActivityDependencies,
  underWay: CallUnderWay,
): Promise<{ readonly receipt: Receipt } | { readonly call: ReadyCall }> {
  const { context, reference, memory, isStale, standing } = underWay;
  await underWay.resumeRun();
  const planned = await findPlanned(dependencies, reference);
  const isRepeated = context.info.attempt > 1 || reference.resumed || reference.again !== undefined;
  if (isRepeated || isBegun(planned.item)) {
    const receipt = await findStep(dependencies, reference, planned.item);
    if (receipt !== undefined) return { receipt };
  }
  const resolution = await resolveCall(dependencies, reference, planned);
  const item = resolution.call;
  const itemStore = createItemStore({ ...dependencies, reference, item, isStale, standing });
  const keepAttempts = keeperOf(underWay, itemStore);
  memory.recall(await withEarlier(underWay, itemStore, resolution));
  if (isRepeated) {
    const receipt = await itemStore.find(memory.recalled);
    if (receipt !== undefined) return { receipt };
    const verdict = isPoison(memory.recalled) ? poison : memory.recalled.verdict;
    if (verdict !== undefined) return { receipt: await itemStore.fail(verdict, memory.recalled) };
  }
  // While it waits it may be taken back by a server that asks nobody. And a store that took no answer the last time
  // must show that it does, before another one is paid for.
  if (hasUnkept(memory.recalled, 1)) memory.recall(await keepAttempts(memory.recalled));
  const unmade =
    resolution.fault ??
    schemaFault(item.call, planned.plan.schemas) ??
    unaffordable(planned.plan, item.call, memory.recalled);
  if (unmade !== undefined) return { receipt: await itemStore.fail(unmade, memory.recalled) };
  const goBack = async (failure: Error): Promise<Error> => {
    const { recalled } = memory;
    if (hasUnkept(recalled, 0)) await underWay.keep(() => keepAttempts(recalled));
    return failure;
  };
  return { call: { planned, resolution, itemStore, keepAttempts, goBack } };
}

/** What is known besides of attempts in earlier activities and executions. */
async function withEarlier(
  { context, reference, memory: { recalled } }: CallUnderWay,
  itemStore: ItemStore,
  { isNew }: Resolution,
): Promise<AttemptHistory> {
  const execution = executionOf(context);
  const { again, resumed } = reference;
  const isAgain = (again !== undefined || resumed) && recalled.base === undefined;
  const known = isAgain
    ? withEarlierActivities(recalled, await itemStore.recallAttempts(), again ?? 0, execution)
    : recalled;
  return resumed ? withEarlierExecution(known, isNew === true, execution) : known;
}

function keeperOf({ context, reference }: CallUnderWay, itemStore: ItemStore): ReadyCall['keepAttempts'] {
  return async ({ stopped: _before, ...told }) => {
    const { round } = reference;
    // The server tries again none that it has told to stop. One that it does not find it may have given to another worker.
    const isLast = round !== undefined && context.cancellationDetails?.cancelRequested === true;
    const execution = executionOf(context);
    const kept = { ...told, kept: told.seen, execution, ...(isLast ? { stopped: round } : {}) };
    await itemStore.keepAttempts(kept);
    return { ...told, kept: told.seen };
  };
}

const poison: FailedRecord['fault'] = {
  code: LOST_WORKER,
  message: 'The worker died at every attempt at this item.',
  remedy: 'Look into the logs of the workers; leave the item out of the job if it is the cause.',
};
