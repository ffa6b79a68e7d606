/** Models that share a rate limit, with the limit. */
export interface LaneSettings {
  readonly name: string;
  /** Models of the lane; absent on the one lane that takes all others. */
  readonly models?: readonly string[];
  /** Calls started per second, over all workers: the most, or where an adaptive lane starts; absent means unlimited. */
  readonly rps?: number;
  /** Whether the rate may climb above `rps`, to find a limit that nobody knows. @default false */
  readonly adaptive?: boolean;
  /** Calls in flight at the API, of all runs on all workers; where there are more workers than that, one on each. */
  readonly concurrency: number;
}

/**
 * With nothing configured: the limit is the key's, so all models share one lane, below the 5 calls a second that the
 * API's key check allows.
 */
export const defaultLanes: readonly LaneSettings[] = [{ name: 'all', rps: 4, concurrency: 64 }];

/**
 * Calls that a lane has at hand besides those in flight, so that a place is not idle while Temporal hears of one answer
 * and gives out the next call. A lane of very few calls has none: its workers cannot share them out exactly.
 */
export function aheadOf(concurrency: number): number {
  return concurrency < 4 ? 0 : Math.ceil(concurrency / 2);
}

/** Name of the lane that carries a model. */
export function laneOf(lanes: readonly LaneSettings[], model: string): string {
  const own = lanes.find((lane) => lane.models?.includes(model));
  const rest = lanes.find((lane) => lane.models === undefined);
  return (own ?? rest ?? lanes[0])?.name ?? 'all';
}
