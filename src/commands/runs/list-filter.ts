import { isQuotable, quoted } from '../../temporal/visibility.ts';
import { isStateOver, type ListedRun, type ListedState } from './listed-run.ts';
import { allRunsQuery } from './runs-in-temporal.ts';

/** Which runs are wanted; each that is absent leaves all. */
export interface ListFilter {
  readonly states?: readonly ListedState[];
  readonly job?: string;
  /** Entries as `name=value`, all of which a run has. */
  readonly labels?: readonly string[];
  /** Runs that started since. */
  readonly since?: Date;
}

/** The visibility query for runs that may be wanted, by what every namespace can be asked for. */
export function plainQuery({ job, since }: ListFilter): string {
  // Unlike the attribute of the job, its id is there from the beginning.
  const ids =
    job === undefined || !isQuotable(job) ? [] : [`WorkflowId STARTS_WITH ${quoted(`job/${job}-`)}`];
  const query = [allRunsQuery, ...ids].join(' AND ');
  return since === undefined ? query : startedSince(query, since.toISOString());
}

/** The same, and by the Pollen search attributes; `undefined` where these narrow nothing. */
export function narrowQuery(filter: ListFilter): string | undefined {
  const { states = [] } = filter;
  const labels = (filter.labels ?? []).filter(isQuotable);
  if (states.length + labels.length === 0) return undefined;
  return [
    plainQuery(filter),
    ...labels.map((label) => `PollenLabels = ${quoted(label)}`),
    ...(states.length === 0 ? [] : [`(${states.map(stateClause).join(' OR ')})`]),
  ].join(' AND ');
}

/**
 * A query narrowed to runs that started since a time.
 *
 * @param time - ISO 8601
 */
export function startedSince(query: string, time: string): string {
  return `${query} AND StartTime >= ${quoted(time)}`;
}

/** Whether a run is wanted: a query finds some that are not. */
export function isWanted(run: ListedRun, { states, job, labels = [], since }: ListFilter): boolean {
  const entries = new Set(Object.entries(run.labels).map(([name, value]) => `${name}=${value}`));
  return (
    (states === undefined || states.some((state) => state === run.state)) &&
    (job === undefined || run.job === job) &&
    labels.every((label) => entries.has(label)) &&
    (since === undefined || (run.startedAt !== undefined && run.startedAt >= since.toISOString()))
  );
}

/** Whether a run may be wanted that only the bucket knows, while Temporal answers: one that has ended or is lost. */
export function mayBeStored({ states }: ListFilter): boolean {
  return states === undefined || states.some((state) => isStateOver(state) && state !== 'terminated');
}

function stateClause(state: ListedState): string {
  switch (state) {
    case 'planning':
    case 'running':
      return "ExecutionStatus = 'Running'";
    case 'paused':
    case 'finishing':
      return `(ExecutionStatus = 'Running' AND PollenState = ${quoted(state)})`;
    case 'failed':
      return "(ExecutionStatus IN ('Failed', 'TimedOut') OR PollenState = 'failed')";
    case 'terminated':
      return "ExecutionStatus = 'Terminated'";
    case 'stopped':
      return "(ExecutionStatus = 'Canceled' OR PollenState = 'stopped')";
    case 'completed':
    case 'completed_with_failures':
    case 'expired':
    // Nothing in Temporal is.
    case 'lost':
    case 'unknown':
      return `PollenState = ${quoted(state)}`;
  }
}
