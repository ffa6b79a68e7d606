import type { PageProgress } from './messages.ts';

/** Progress reports that a page sends its run, at most, besides the places it gives back. */
const REPORTS = 4;
/** Portions in which a draining page gives its places back. */
const PORTIONS = 4;

export interface Reporter {
  /** Sends the progress if it is worth a signal. */
  note(progress: PageProgress): void;
  /** Resolves when every report has been delivered. */
  settled(): Promise<void>;
}

/**
 * Decides which progress is worth a signal: each one costs events in two histories, so a page tells its run about each
 * quarter of its calls, and gives its places back in quarters of what it was granted.
 */
export function createReporter(calls: number, send: (progress: PageProgress) => Promise<void>): Reporter {
  const callStep = Math.max(1, Math.ceil(calls / REPORTS));
  let reportedCalls = 0;
  let reportedPlaces = 0;
  const sending: Promise<void>[] = [];
  return {
    note(progress) {
      const finished = calls - progress.waiting - progress.inFlight;
      if (finished >= calls) return;
      const placeStep = Math.max(1, Math.ceil(progress.places / PORTIONS));
      if (finished - reportedCalls < callStep && progress.freed - reportedPlaces < placeStep) return;
      reportedCalls = finished;
      reportedPlaces = progress.freed;
      // A run that is gone must not take the page's paid calls with it.
      sending.push(send(progress).catch(() => {}));
    },
    async settled() {
      await Promise.all(sending);
    },
  };
}
