import type { Plan } from '../plan/plan.ts';
import { folderAt } from '../storage/folder.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import { CONTROL_QUEUE, runWorkflowId } from '../workflows/ids.ts';
import { planDetails, planSummary } from './render/plan-markdown.ts';
import type { Session } from './session.ts';

/**
 * Starts the workflow of a planned run, or finds it going on.
 *
 * @param isClaimed - whether the claim is older than this start: an execution that is gone may have made calls
 */
export async function startRun(
  session: Session,
  run: RunLocation,
  plan: Plan,
  isClaimed: boolean,
): Promise<'started' | 'attached'> {
  const isRunning = await isOpen(session, run);
  await start(session, run, plan, { resumed: isClaimed && !isRunning, conflict: 'USE_EXISTING' });
  return isRunning ? 'attached' : 'started';
}

/** Whether a workflow of a run is going on. */
export async function isOpen({ temporal }: Session, { runId }: RunLocation): Promise<boolean> {
  try {
    const handle = temporal.client.workflow.getHandle(runWorkflowId(runId));
    return (await handle.describe()).status.name === 'RUNNING';
  } catch {
    return false;
  }
}

async function start(
  { temporal, store, config }: Session,
  run: RunLocation,
  plan: Plan,
  { resumed, conflict }: { readonly resumed: boolean; readonly conflict: 'USE_EXISTING' | 'FAIL' },
): Promise<void> {
  await temporal.client.workflow.start('runJob', {
    workflowId: runWorkflowId(run.runId),
    taskQueue: CONTROL_QUEUE,
    args: [{ run, resumed }],
    workflowIdConflictPolicy: conflict,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: planSummary(plan),
    staticDetails: planDetails(plan, folderAt(store.bucket, runKeys(run).root, config.store?.publicUrl)),
    memo: {
      items: plan.items,
      job: plan.job,
      emulated: plan.api.emulated,
      ...(plan.parent === undefined ? {} : { parent: plan.parent.runId }),
    },
  });
}
