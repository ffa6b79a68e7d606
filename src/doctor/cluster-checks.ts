import { statusCodes } from '../temporal/failure.ts';
import { checksOf, type Check } from './check.ts';
import { untold, type Answer } from './queue-checks.ts';

/** What a server tells of one namespace. */
export interface NamespaceFacts {
  /** Days that ended runs are kept. */
  readonly retentionDays: number;
  /** Whether it ends the open polls of a worker that leaves. */
  readonly endsPolls: boolean;
}

/** What a server tells of itself beyond one namespace. */
export interface ClusterFacts {
  readonly size: Answer<{
    /** Kind of its database. */
    readonly store: string;
    readonly shards: number;
  }>;
  /** Whether the service that keeps the workflows answers. */
  readonly history: Answer<void>;
  /** Whether workflows can be searched. */
  readonly visibility: Answer<void>;
  /** Whether whoever asks may set the rate of a queue. */
  readonly rates: Answer<void>;
}

/** Days in which a weekend has room. */
const WEEKEND_DAYS = 3;

const { ok, warning, failed, skipped } = checksOf('Temporal');

/** What a server is made of, in words, where it tells. */
export function sizeText({ size }: ClusterFacts): string {
  if ('code' in size) return '';
  const { store, shards } = size.fact;
  return `, on ${store}, ${shards} history shard${shards === 1 ? '' : 's'}`;
}

/** Judges how long a namespace keeps ended runs. */
export function retentionCheck(namespace: string, days: number): Check {
  const rounded = Math.round(days * 10) / 10;
  const found = `${namespace}, which keeps ended runs for ${rounded} day${rounded === 1 ? '' : 's'}`;
  if (days >= WEEKEND_DAYS) return ok('namespace', found);
  return warning(
    'namespace',
    `${found}: one that ends on a Friday is in no list on Monday`,
    `Run: temporal operator namespace update --namespace ${namespace} --retention 30d`,
  );
}

/** Judges whether all parts of a server answer, and whether rates can be set. */
export function clusterChecks({ history, visibility, rates }: ClusterFacts): readonly Check[] {
  return [
    partCheck(
      'history',
      history,
      'Look at the history services and their database: without them no run starts or goes on.',
    ),
    partCheck(
      'visibility',
      visibility,
      'Look at the store of visibility: runs go on without it, and are in no list.',
    ),
    ratesCheck(rates),
  ];
}

function partCheck(name: string, answer: Answer<void>, remedy: string): Check {
  if ('fact' in answer) return ok(name, 'answers');
  const check = untold(name, answer);
  return check.state === 'failed' ? failed(name, `does not answer (${answer.reason})`, remedy) : check;
}

function ratesCheck(rates: Answer<void>): Check {
  const name = 'rates of queues';
  if ('fact' in rates) return ok(name, 'may be set');
  const alone = `(${rates.reason}): each worker keeps to the rate of a lane by itself`;
  switch (rates.code) {
    case statusCodes.permissionDenied:
      return warning(
        name,
        `may not be set ${alone}`,
        'Give the API key or certificate of the workers the right to write in the namespace.',
      );
    case statusCodes.unimplemented:
      return warning(name, `cannot be set ${alone}`, 'Bring the server up to date.');
    default:
      return untold(name, rates);
  }
}

/** Judges whether a worker that leaves can take along a call that it is handed in that moment. */
export function leaversCheck(endsPolls: boolean): Check {
  const name = 'workers that leave';
  if (endsPolls) return ok(name, 'take no call along: the server ends their polls');
  return warning(
    name,
    'may take a call along: it is missed for 20 s, and an attempt that nobody made may count as unknown',
    'Set frontend.enableCancelWorkerPollsOnShutdown to true in the dynamic configuration of the server, as deploy/temporal-dynamic-config.yaml does; servers have it from 1.32 on.',
  );
}

/** What is known of fairness: only whoever set a server up knows. */
export function fairnessCheck(isLocal: boolean): Check {
  if (isLocal) return ok('fairness', 'on, as the local stack sets it');
  return skipped(
    'fairness',
    'not told by any server; set matching.enableFairness to true, so that small runs are not stuck behind big ones',
  );
}
