import type { LaneSettings } from '../../lanes/lanes.ts';
import type { TemporalClient } from '../../temporal/connect-client.ts';
import { laneNow, type LaneNow } from './lane-now.ts';
import { laneRuns, type LaneRun } from './lane-runs.ts';

/** A lane as it is now. */
export interface LaneReport extends LaneSettings, LaneNow {
  /** Runs that have calls for it, the oldest first. */
  readonly runs: readonly LaneRun[];
}

/**
 * Asks Temporal what the lanes are doing.
 *
 * @throws ServiceError of Temporal's client when a queue is not told of within ten seconds
 */
export async function lanes(
  temporal: Pick<TemporalClient, 'client' | 'namespace'>,
  settings: readonly LaneSettings[],
  now: () => number = Date.now,
): Promise<readonly LaneReport[]> {
  const runs = await laneRuns(temporal.client);
  return Promise.all(
    settings.map(async (lane): Promise<LaneReport> => {
      const doing = await laneNow(temporal, lane, now);
      return { ...lane, ...doing, runs: runs.get(lane.name) ?? [] };
    }),
  );
}
