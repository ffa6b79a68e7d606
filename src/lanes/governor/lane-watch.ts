import { queueRateOf, type LaneState } from './state.ts';
import type { Meters } from '../../telemetry/meters.ts';

/** Tells what one lane does on this worker. */
export interface LaneWatch {
  /** A call has come to the gate; the answer is told when it waits no more. */
  waits(): () => void;
  /** A call is sent; the answer is told when it has ended. */
  sends(): () => void;
  /**
   * The lane's state, at each of its ticks.
   *
   * @param state - absent: a person has set its rate
   */
  is(state: LaneState | undefined, places: number): void;
}

/** Makes the watch of a lane. */
export function watchLane(meters: Meters, lane: string): LaneWatch {
  const labels = { lane };
  let phase: string | undefined;
  for (const known of [meters.sent, meters.inFlight, meters.atHand]) known(0, labels);
  return {
    waits() {
      const since = performance.now();
      meters.atHand(1, labels);
      return () => {
        meters.atHand(-1, labels);
        meters.gateWait((performance.now() - since) / 1_000, labels);
      };
    },
    sends() {
      meters.sent(1, labels);
      meters.inFlight(1, labels);
      return () => meters.inFlight(-1, labels);
    },
    is(state, places) {
      meters.lanePlaces(places, labels);
      if (state !== undefined) meters.laneRate(queueRateOf(state) ?? Infinity, labels);
      const now = state?.phase.kind ?? 'by-hand';
      if (now === phase) return;
      if (phase !== undefined) meters.lanePhase(0, { lane, phase });
      phase = now;
      meters.lanePhase(1, { lane, phase });
    },
  };
}
