import type { AttemptRecord } from '../records/record.ts';
import type { GalleryFigures } from './contract.ts';

/** Steps of time that a chart shows at most. */
const MOST_STEPS = 400;

interface Step {
  sent: number;
  /** Sum of what the lane allowed at each call of which that is known, and how many these are. */
  allowed: number;
  known: number;
}

/**
 * Counts how many calls each lane sent, beside how many it allowed. The steps of time grow with the run, so that a long one
 * takes no more memory than a short one.
 */
export function createRates(): {
  add(attempts: readonly AttemptRecord[]): void;
  rate(): GalleryFigures['rate'];
} {
  const lanes = new Map<string, Map<number, Step>>();
  let stepSeconds = 1;
  let first = Infinity;
  let last = -Infinity;

  function widen(): void {
    stepSeconds *= 2;
    [first, last] = [Math.floor(first / 2), Math.floor(last / 2)];
    for (const [lane, steps] of lanes) {
      const wider = new Map<number, Step>();
      for (const [place, step] of steps) addTo(wider, Math.floor(place / 2), step);
      lanes.set(lane, wider);
    }
  }

  return {
    add(attempts) {
      for (const { at, latencyMs = 0, lane } of attempts) {
        const sentAt = at === undefined ? Number.NaN : Date.parse(at) - latencyMs;
        if (lane === undefined || Number.isNaN(sentAt)) continue;
        const placeNow = (): number => Math.floor(sentAt / 1_000 / stepSeconds);
        first = Math.min(first, placeNow());
        last = Math.max(last, placeNow());
        while (last - first >= MOST_STEPS) widen();
        const steps = lanes.get(lane.name) ?? new Map<number, Step>();
        lanes.set(lane.name, steps);
        const { rps } = lane;
        addTo(steps, placeNow(), { sent: 1, allowed: rps ?? 0, known: rps === undefined ? 0 : 1 });
      }
    },
    rate() {
      if (lanes.size === 0) return undefined;
      const places = Array.from({ length: last - first + 1 }, (_, index) => first + index);
      return {
        from: new Date(first * stepSeconds * 1_000).toISOString(),
        stepSeconds,
        lanes: [...lanes].map(([lane, steps]) => ({
          lane,
          sent: places.map((place) => steps.get(place)?.sent ?? 0),
          limit: places.map((place) => meanOf(steps.get(place))),
        })),
      };
    },
  };
}

function addTo(steps: Map<number, Step>, place: number, { sent, allowed, known }: Step): void {
  const own = steps.get(place);
  if (own === undefined) {
    steps.set(place, { sent, allowed, known });
    return;
  }
  own.sent += sent;
  own.allowed += allowed;
  own.known += known;
}

function meanOf(step: Step | undefined): number | null {
  return step === undefined || step.known === 0 ? null : Number((step.allowed / step.known).toPrecision(4));
}
