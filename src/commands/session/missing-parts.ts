import { Connection } from '@temporalio/client';

import { pollingAt } from '../../lanes/governor/queue-config.ts';
import { queueTypes } from '../../lanes/queue-types.ts';
import type { Plan } from '../../plan/plan.ts';
import type { TemporalClient } from '../../temporal/connect-client.ts';
import { noNamespace, statusCodes, type TemporalFailure } from '../../temporal/failure.ts';
import { askSearchAttributes, createCommand } from '../../temporal/search-attributes.ts';
import { CONTROL_QUEUE, laneQueue } from '../../workflows/ids.ts';

const ANSWER_MS = 3_000;

type Lanes = Pick<Plan, 'pages' | 'lanes'>;

/**
 * Looks within three seconds whether all is there that a run needs: the namespace and its search attributes, and a worker
 * for its workflow and for each of its lanes. What the server does not tell in time is not said to be missing, and a worker
 * that was killed is seen for a minute and a half.
 */
export async function findMissingParts(
  temporal: TemporalClient,
  plan: Lanes | undefined,
): Promise<readonly TemporalFailure[]> {
  const { client, namespace } = temporal;
  const questions = [
    () => askControl(temporal),
    ...lanesOf(plan).map((lane) => () => askLane(temporal, lane)),
    () => askAttributes(temporal),
  ];
  const answers = await client.withDeadline(Date.now() + ANSWER_MS, () =>
    Promise.allSettled(questions.map((question) => question())),
  );
  // Without its namespace everything is missing, for one reason.
  if (answers.some((answer) => answer.status === 'rejected' && isNotFound(answer.reason))) {
    return [noNamespace(namespace)];
  }
  return answers
    .map((answer) => (answer.status === 'fulfilled' ? answer.value : undefined))
    .filter((part) => part !== undefined);
}

function lanesOf(plan: Lanes | undefined): readonly string[] {
  return [...new Set([...(plan?.pages ?? []).map(({ lane }) => lane), ...(plan?.lanes ?? [])])];
}

async function askControl(temporal: TemporalClient): Promise<TemporalFailure | undefined> {
  if (await hasWorker(temporal, CONTROL_QUEUE, 'workflow')) return undefined;
  return {
    found: `no worker takes runs in namespace ${temporal.namespace}`,
    remedy: 'Start `pollen-batch worker`, with the same settings of Temporal as here.',
  };
}

async function askLane(temporal: TemporalClient, lane: string): Promise<TemporalFailure | undefined> {
  if (await hasWorker(temporal, laneQueue(lane), 'activity')) return undefined;
  return {
    found: `no worker takes the calls of lane ${lane}`,
    remedy: 'Start `pollen-batch worker`, with the same lanes (POLLEN_BATCH_LANES) as here.',
  };
}

async function hasWorker(
  { client, namespace }: TemporalClient,
  name: string,
  type: keyof typeof queueTypes,
): Promise<boolean> {
  const description = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name },
    taskQueueType: queueTypes[type],
  });
  return pollingAt(description, Date.now()).length > 0;
}

async function askAttributes({ client, namespace }: TemporalClient): Promise<TemporalFailure | undefined> {
  const { connection, workflowService } = client;
  if (!(connection instanceof Connection)) return undefined;
  const { operatorService } = connection;
  const { missing } = await askSearchAttributes({ operatorService, workflowService }, namespace);
  if (missing.length === 0) return undefined;
  return {
    found: `namespace ${namespace} lacks ${missing.join(', ')}: runs cannot be found by job or state`,
    remedy: `Run this, then restart the workers: ${createCommand(namespace, missing)}`,
  };
}

function isNotFound(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === statusCodes.notFound;
}
