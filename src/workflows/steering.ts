import type { Priority } from '../manifest/job.ts';
import type { PageTerms, SteerRequest } from './messages.ts';

/** What a page is told that was told nothing yet. */
export const untold: SteerRequest = { turn: 0, asked: 0, isPaused: false, round: 0 };

/** What to tell a page after what it was told last. */
export function nextRequest(
  { turn, round, terms }: SteerRequest,
  how: 'pause' | 'probe' | 'go',
): SteerRequest {
  return {
    turn: turn + 1,
    asked: turn + 1,
    isPaused: how !== 'go',
    round: how === 'go' ? round + 1 : round,
    ...(terms === undefined ? {} : { terms }),
    ...(how === 'probe' ? { probes: true } : {}),
  };
}

/** The same with other terms: what it does about its pause goes on. */
export function renewedRequest(
  told: SteerRequest,
  shed: ReadonlyMap<string, number>,
  priority: Priority | undefined,
): SteerRequest {
  const { terms = { count: 0, shed: {} } } = told;
  const more = [...shed].map(([lane, places]) => [lane, (terms.shed[lane] ?? 0) + places] as const);
  return {
    ...told,
    turn: told.turn + 1,
    terms: {
      ...terms,
      count: terms.count + 1,
      shed: { ...terms.shed, ...Object.fromEntries(more) },
      ...(priority === undefined ? {} : { priority }),
    },
  };
}

/** What a page does as it is steered. */
export interface SteeredParts {
  /** Takes its calls back. Called again where one was made by which it was to go on. */
  readonly pause: (isNew: boolean) => void;
  readonly go: () => void;
  /**
   * Makes one call although it is paused.
   *
   * @param isDue - whether that is wanted still, when those in flight have ended
   */
  readonly probe: (isDue: () => boolean) => void;
  /** Takes in how often its run has let it go on: it may hear of a later time first, or of that alone. */
  readonly takeRound: (round: number) => void;
  /**
   * Takes in what it is to go on with from now on.
   *
   * @param isCalling - whether it makes calls: what has not been sent is to be sent by the new terms
   */
  readonly takeTerms: (terms: PageTerms, isCalling: boolean) => void;
}

/** Whether a page may make calls, by its run and by what it finds out itself. */
export interface Steering {
  readonly isPaused: () => boolean;
  /** Takes in what the run tells; what is older than what has come already changes nothing. */
  readonly steer: (request: SteerRequest) => void;
  /** Pauses the page by itself, until its run tells it more. */
  pause(): void;
  /** Has what was told so far done, and from now on all at once. */
  begin(parts: SteeredParts): void;
}

/** Makes the steering of a page that may be told something before it is ready. */
export function createSteering(): Steering {
  let latest = untold;
  let isPaused = false;
  let changes = 0;
  let followed = 0;
  let parts: SteeredParts | undefined;

  function pause(): void {
    const isNew = !isPaused;
    isPaused = true;
    parts?.pause(isNew);
  }
  function follow(request: SteerRequest): void {
    const { turn, asked = turn, isPaused: isToPause, round, probes, terms } = request;
    if (parts === undefined || turn === 0) return;
    parts.takeRound(round);
    if (terms !== undefined && terms.count > changes) {
      changes = terms.count;
      parts.takeTerms(terms, !isPaused && !isToPause);
    }
    // It may have paused by itself since then, or be making the call that it was to make.
    if (asked === followed) return;
    followed = asked;
    if (!isToPause) {
      if (!isPaused) return;
      isPaused = false;
      parts.go();
      return;
    }
    // A call that is being made to find out goes on, and tells the same.
    if (probes === undefined || !isPaused) pause();
    if (probes !== undefined) parts.probe(() => isPaused && followed === asked);
  }
  return {
    isPaused: () => isPaused,
    pause,
    steer(request) {
      if (request.turn <= latest.turn) return;
      latest = request;
      follow(request);
    },
    begin(made) {
      parts = made;
      follow(latest);
    },
  };
}
