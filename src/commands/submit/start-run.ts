import { labelEntries } from '../../plan/labels.ts';
import type { Plan } from '../../plan/plan.ts';
import { folderAt } from '../../storage/folder.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import { CONTROL_QUEUE, runWorkflowId } from '../../workflows/ids.ts';
import { planDetails, planSummary } from '../render/plan-markdown.ts';
import { describeRun } from '../runs/runs-in-temporal.ts';
import type { Session } from '../session/session.ts';

/** Starts the workflow of a planned run, or finds it going on. */
export async function startRun(
  session: Session,
  run: RunLocation,
  plan: Plan,
): Promise<'started' | 'attached'> {
  const earlier = await statusOf(session, run);
  const isRunning = earlier === 'RUNNING';
  // An execution that is gone may have made calls; where Temporal has forgotten it, the bucket tells.
  const resumed = earlier !== undefined && !isRunning;
  await start(session, run, plan, { resumed, conflict: 'USE_EXISTING' });
  return isRunning ? 'attached' : 'started';
}

/**
 * Starts the workflow of a run again whose execution is gone.
 *
 * @throws WorkflowExecutionAlreadyStartedError when one is going on
 */
export function restartRun(session: Session, run: RunLocation, plan: Plan): Promise<void> {
  return start(session, run, plan, { resumed: true, conflict: 'FAIL' });
}

/** Whether a workflow of a run is going on. */
export async function isOpen(session: Session, run: RunLocation): Promise<boolean> {
  return (await statusOf(session, run)) === 'RUNNING';
}

async function statusOf({ temporal }: Session, { runId }: RunLocation): Promise<string | undefined> {
  return (await describeRun(temporal.client, runId))?.status.name;
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
    memo: runMemo(plan),
  });
}

/** What Temporal shows of a run, in every namespace and from the first moment on. */
export function runMemo(plan: Plan): Readonly<Record<string, unknown>> {
  const { items, job, api, parent, labels, models } = plan;
  return {
    items,
    job,
    emulated: api.emulated,
    models,
    ...(labels === undefined ? {} : { labels: labelEntries(labels) }),
    ...(parent === undefined ? {} : { parent: parent.runId }),
  };
}
