import { laneOf, type LaneSettings } from './lanes.ts';

/** Calls of one model. */
export interface LaneLoad {
  readonly model: string;
  readonly calls: number;
  /** Milliseconds that a call is taken to last. */
  readonly latencyMs: number;
}

/** How long the calls of a lane take. */
export interface LaneForecast {
  readonly lane: string;
  readonly calls: number;
  readonly rps?: number;
  /** Calls in flight, where the job allows itself fewer as well. */
  readonly concurrency: number;
  readonly seconds: number;
  /** What keeps the lane from being faster. */
  readonly limit: 'rate' | 'concurrency';
}

/** How long a run takes: as long as its slowest lane. */
export interface Forecast {
  readonly seconds: number;
  /** The slowest first. */
  readonly lanes: readonly LaneForecast[];
}

/**
 * Foretells how long calls take at the limits that are known: the rate of their lane, and its calls in flight.
 *
 * @param allowed - calls in flight that the job allows itself
 */
export function forecast(
  loads: readonly LaneLoad[],
  lanes: readonly LaneSettings[],
  allowed = Number.POSITIVE_INFINITY,
): Forecast {
  const forecasts = lanes
    .map((lane) =>
      forecastLane(
        lane,
        loads.filter(({ model, calls }) => calls > 0 && laneOf(lanes, model) === lane.name),
        allowed,
      ),
    )
    .filter(({ calls }) => calls > 0)
    .sort((left, right) => right.seconds - left.seconds);
  return { seconds: forecasts[0]?.seconds ?? 0, lanes: forecasts };
}

function forecastLane(lane: LaneSettings, loads: readonly LaneLoad[], allowed: number): LaneForecast {
  const calls = loads.reduce((sum, load) => sum + load.calls, 0);
  const work = loads.reduce((sum, load) => sum + (load.calls * load.latencyMs) / 1_000, 0);
  const concurrency = Math.min(lane.concurrency, allowed);
  const mean = calls === 0 ? 0 : work / calls;
  // The last call starts after all others, and lasts as any.
  const byRate = lane.rps === undefined ? 0 : (calls - 1) / lane.rps + mean;
  const byPlaces = Math.max(work / concurrency, mean);
  return {
    lane: lane.name,
    calls,
    ...(lane.rps === undefined ? {} : { rps: lane.rps }),
    concurrency,
    seconds: Math.max(byRate, byPlaces),
    limit: byRate > byPlaces ? 'rate' : 'concurrency',
  };
}
