import type { QueueRate } from './mind.ts';
import type { QueueReading } from './queue-reading.ts';

/**
 * Stands in for the setting of a lane's queue where the server refuses it: a rate of this worker alone, by which it paces
 * its polls. Times in seconds of one steady clock.
 */
export interface LocalRate {
  read(): QueueReading;
  write(rate: QueueRate, now: number): void;
  /** When the rate was last written; the version of what is read goes with it. */
  writtenAt(): number;
  /** Takes in that a call has started. */
  started(now: number): void;
  /** Seconds until the next call may start. */
  pause(now: number): number;
}

/** Seconds between two looks at a lane that stands still. */
const STILL = 1;

/** Makes a local rate; until it is written there is no limit. */
export function createLocalRate(): LocalRate {
  let reading: QueueReading = { writtenAt: 0, workers: 1 };
  let writtenAt = 0;
  let nextAt = 0;
  return {
    read: () => reading,
    write({ rps, reason }, now) {
      reading = {
        reason,
        workers: 1,
        writtenAt: reading.writtenAt + 1,
        ...(rps === undefined ? {} : { rps }),
      };
      writtenAt = now;
    },
    writtenAt: () => writtenAt,
    started(now) {
      const { rps = 0 } = reading;
      if (rps > 0) nextAt = Math.max(nextAt, now) + 1 / rps;
    },
    pause: (now) => (reading.rps === 0 ? STILL : reading.rps === undefined ? 0 : Math.max(0, nextAt - now)),
  };
}
