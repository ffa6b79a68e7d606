import { setTimeout as pause } from 'node:timers/promises';

import type { AttemptHistory } from './attempt-history.ts';
import { isSuspect, lostWorkers } from './decide.ts';

/** A call that may be what kills its worker. */
export interface Suspect {
  /** Task queue of its lane. */
  readonly lane: string;
  /** Workers that were lost with it so far. */
  readonly lost: number;
}

/** A suspect that a worker has taken in. */
export interface TakenIn extends Suspect {
  /** Whether its lane has let it go: until then it takes nobody along. */
  readonly isSent: boolean;
}

/** Suspects of one lane at once, as long as no worker was lost with one of them as such. */
const TOGETHER = 8;
/** Lost workers from which on a suspect is sent alone: one was lost with it as a suspect already. */
const ALONE_WORKERS = 4;
/** How long it takes until those that were sent back are gone from the worker, and are not lost with it. */
const GONE_MS = 1_000;

/**
 * Whether a suspect may be on a worker beside others. Those of other lanes that are not sent do not count: they go back before
 * one is sent that must be alone. So no lane waits for another one that is stopped.
 */
export function isAdmitted(suspect: Suspect, others: readonly TakenIn[]): boolean {
  const met = others.filter(({ isSent, lane }) => isSent || lane === suspect.lane);
  if (isAlone(suspect)) return met.length === 0;
  return !met.some(isAlone) && met.filter(({ lane }) => lane === suspect.lane).length < TOGETHER;
}

function isAlone({ lost }: Suspect): boolean {
  return lost >= ALONE_WORKERS;
}

/** A suspect's place on its worker. */
export interface Turn {
  /** Aborts when another one is sent beside which this one must not be: it goes back. */
  readonly away: AbortSignal;
  /**
   * Has it sent, once its lane lets it go: others that must not be there are sent back, and are gone when this resolves.
   *
   * @returns `false` where it was itself sent back, or is stopped meanwhile
   */
  readonly take: () => Promise<boolean>;
  /** Says that it has ended. */
  readonly leave: () => void;
}

/** Suspects of a worker: few of them are made at a time, and at last one, so that none takes the others along. */
export interface Suspects {
  /**
   * Takes a call in, and waits until those that came with it and were not are gone.
   *
   * @param signal - ends all waiting
   * @returns `undefined` where it is not its turn
   */
  enter(suspect: Suspect, signal: AbortSignal): Promise<Turn | undefined>;
}

/**
 * Makes the turns of one worker.
 *
 * @param goneMs - milliseconds that are waited for those that go back. @default 1000
 */
export function createSuspects(goneMs = GONE_MS): Suspects {
  const places = new Set<{ readonly suspect: Suspect; readonly away: AbortController; isSent: boolean }>();
  const isWelcome = (suspect: Suspect, own?: object): boolean => {
    const others = [...places].filter((place) => place !== own);
    return isAdmitted(
      suspect,
      others.map(({ suspect: other, isSent }) => ({ ...other, isSent })),
    );
  };
  const untilGone = (...signals: readonly AbortSignal[]): Promise<void> =>
    pause(goneMs, undefined, { signal: AbortSignal.any([...signals]) }).catch(() => {});
  return {
    async enter(suspect, signal) {
      if (!isWelcome(suspect)) return undefined;
      const own = { suspect, away: new AbortController(), isSent: false };
      places.add(own);
      const turn: Turn = {
        away: own.away.signal,
        async take() {
          if (own.away.signal.aborted) return false;
          own.isSent = true;
          const unwelcome = [...places].filter((place) => !place.isSent && !isWelcome(place.suspect, place));
          for (const { away } of unwelcome) away.abort();
          if (unwelcome.length > 0) await untilGone(signal);
          return !signal.aborted;
        },
        leave: () => void places.delete(own),
      };
      await untilGone(signal, own.away.signal);
      return turn;
    },
  };
}

/**
 * Waits for a call's turn, where it is a suspect.
 *
 * @param lane - task queue of its lane
 * @param stopping - ends all waiting
 * @returns with what its waiting from now on is to end; `undefined` where it is not its turn
 */
export async function waitTurn(
  suspects: Suspects,
  history: AttemptHistory,
  lane: string,
  stopping: AbortSignal,
): Promise<{ readonly signal: AbortSignal; readonly turn?: Turn } | undefined> {
  if (!isSuspect(history)) return { signal: stopping };
  const turn = await suspects.enter({ lane, lost: lostWorkers(history) }, stopping);
  return turn && { signal: AbortSignal.any([stopping, turn.away]), turn };
}
