import { Connection } from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time.js';

import type { LaneSettings } from '../lanes/lanes.ts';
import { queueTypes } from '../lanes/queue-types.ts';
import { directly, knockTls, type TemporalTarget } from '../temporal/connect-client.ts';
import { explainTemporal } from '../temporal/failure.ts';
import { openWords, speaksInTheOpen } from '../temporal/in-the-open.ts';
import { knock } from '../temporal/knock.ts';
import { askSearchAttributes } from '../temporal/search-attributes.ts';
import { CONTROL_QUEUE, laneQueue } from '../workflows/ids.ts';
import { probeCluster } from './probe-cluster.ts';
import type { Answer, QueueFacts, RateFacts } from './queue-checks.ts';
import type { TemporalFacts } from './temporal-checks.ts';

const CALL_MS = 4_000;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** Names by the numbers of Temporal's RateLimitSource. */
const rateSetters = ['server', 'api', 'worker', 'server'] as const;

type Service = Connection['workflowService'];

/** Asks a server about itself, the namespace and the queues of the lanes; changes nothing. */
export async function probeTemporal(
  target: TemporalTarget,
  lanes: readonly LaneSettings[],
  isLocal: boolean,
): Promise<TemporalFacts> {
  const { address, namespace, options } = target;
  const answer = await knock({ address, tls: knockTls(target) });
  // The client would try for long, and only say that it is unavailable.
  if (answer.kind !== 'open') {
    return { kind: 'unreachable', failure: explainTemporal(address, answer, undefined) };
  }
  const connection = Connection.lazy({ ...options, ...directly });
  const { workflowService, operatorService } = connection;
  const ask = <Fact>(question: () => Promise<Fact>): Promise<Answer<Fact>> => asked(connection, question);
  try {
    const system = await connection.withDeadline(Date.now() + CALL_MS, () =>
      workflowService.getSystemInfo({}),
    );
    const told = await ask(async () => {
      const { config, namespaceInfo } = await workflowService.describeNamespace({ namespace });
      return {
        retentionDays: (optionalTsToMs(config?.workflowExecutionRetentionTtl) ?? 0) / DAY_MS,
        endsPolls: namespaceInfo?.capabilities?.workerPollCompleteOnShutdown === true,
      };
    });
    const reached = {
      kind: 'reached',
      address,
      namespace,
      version: system.serverVersion,
      told,
      isLocal,
      ...(speaksInTheOpen(target) ? { inTheOpen: openWords(target) } : {}),
    } as const;
    if ('code' in told) return { ...reached, queues: [] };
    const [attributes, cluster, ...queues] = await Promise.all([
      ask(() => askSearchAttributes({ operatorService, workflowService }, namespace)),
      probeCluster(connection, namespace, ask),
      askControlQueue(workflowService, namespace, ask),
      ...lanes.map(({ name }) => askLaneQueue(workflowService, namespace, name, ask)),
    ]);
    return { ...reached, attributes, cluster, queues };
  } catch (error) {
    return { kind: 'unreachable', failure: explainTemporal(address, answer, error) };
  } finally {
    await connection.close();
  }
}

type Ask = <Fact>(question: () => Promise<Fact>) => Promise<Answer<Fact>>;

async function askControlQueue(service: Service, namespace: string, ask: Ask): Promise<QueueFacts> {
  return {
    queue: CONTROL_QUEUE,
    idleSeconds: await ask(async () => {
      const describe = (taskQueueType: number) =>
        service.describeTaskQueue({ namespace, taskQueue: { name: CONTROL_QUEUE }, taskQueueType });
      const both = await Promise.all([describe(queueTypes.workflow), describe(queueTypes.activity)]);
      // A worker does both or none: the kind that fewer ask for tells how many are whole.
      return idleOf(both.sort((left, right) => left.pollers.length - right.pollers.length)[0]);
    }),
  };
}

async function askLaneQueue(
  service: Service,
  namespace: string,
  lane: string,
  ask: Ask,
): Promise<QueueFacts> {
  const queue = laneQueue(lane);
  const description = await ask(() =>
    service.describeTaskQueue({
      namespace,
      taskQueue: { name: queue },
      taskQueueType: queueTypes.activity,
      reportConfig: true,
    }),
  );
  const partitions = await ask(async () => {
    const listed = await service.listTaskQueuePartitions({ namespace, taskQueue: { name: queue } });
    return listed.activityTaskQueuePartitions.length;
  });
  if ('code' in description) return { queue, lane, idleSeconds: description, rate: description, partitions };
  return {
    queue,
    lane,
    idleSeconds: { fact: idleOf(description.fact) },
    rate: { fact: rateOf(description.fact) },
    partitions,
  };
}

type Description = Awaited<ReturnType<Service['describeTaskQueue']>>;

function idleOf(description: Description | undefined): readonly number[] {
  return (description?.pollers ?? []).map(({ lastAccessTime }) =>
    Math.max(0, (Date.now() - (optionalTsToMs(lastAccessTime) ?? 0)) / 1_000),
  );
}

function rateOf({ effectiveRateLimit, config }: Description): RateFacts | undefined {
  if (effectiveRateLimit == null) return undefined;
  const { requestsPerSecond, rateLimitSource } = effectiveRateLimit;
  return {
    // A 32-bit number on its way: 0.1 must not become 0.10000000149.
    perSecond: Number((requestsPerSecond ?? 0).toPrecision(6)),
    setBy: rateSetters[rateLimitSource ?? 0] ?? 'server',
    reason: config?.queueRateLimit?.metadata?.reason ?? '',
  };
}

async function asked<Fact>(connection: Connection, question: () => Promise<Fact>): Promise<Answer<Fact>> {
  try {
    return { fact: await connection.withDeadline(Date.now() + CALL_MS, question) };
  } catch (error) {
    const { code, details } = error as { readonly code?: unknown; readonly details?: unknown };
    const reason = typeof details === 'string' && details !== '' ? details : String(error);
    return {
      code: typeof code === 'number' ? code : -1,
      // The client's own words are about its channel.
      reason: /^deadline exceeded/i.test(reason) ? `no answer within ${CALL_MS / 1_000} s` : reason,
    };
  }
}
