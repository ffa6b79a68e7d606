import type { Context } from '@temporalio/activity';

import {
  attemptOf,
  recallHistory,
  withCurrent,
  withNothingSent,
  withSent,
  type AttemptHistory,
} from './attempt-history.ts';

/** What a call knows of its attempts, and what its heartbeats tell the next one. */
export interface CallMemory {
  /** What is known of the attempts before this one. */
  readonly recalled: AttemptHistory;
  /** Number of this attempt among all of its call, from 1. */
  readonly attempt: number;
  /** What the next attempt is to know of this one, once it has ended. */
  readonly history: AttemptHistory;
  /** Takes over what has been found out of the attempts before this one. */
  recall(known: AttemptHistory): void;
  /** Notes that this attempt is being sent. */
  sent(at: Date): void;
  /** Notes what has become of this attempt. */
  conclude(history: AttemptHistory): void;
  /** Notes under what name the worker holds its answer; `undefined` when it does not. */
  hold(holder: string | undefined): void;
  /** Tells what was recalled: until this attempt has ended a lost worker must leave a hole. */
  beat(): void;
  /** Tells what the next attempt is to know of this one. */
  tell(): void;
}

/**
 * Recalls what earlier attempts have told.
 *
 * @param worker - identity of the worker that makes this one
 */
export function createCallMemory(context: Context, worker: string): CallMemory {
  const { attempt: tried, heartbeatDetails } = context.info;
  let recalled = recallHistory(heartbeatDetails, tried);
  let attempt = attemptOf(recalled, tried);
  let history = recalled;
  let holder: string | undefined;
  function recall(known: AttemptHistory): void {
    attempt = attemptOf(known, tried);
    recalled = withCurrent(known, attempt, worker);
    history = withNothingSent(recalled, attempt);
  }
  const say = (told: AttemptHistory): void =>
    context.heartbeat(holder === undefined ? told : { ...told, holds: holder });
  recall(recalled);
  return {
    get recalled() {
      return recalled;
    },
    get attempt() {
      return attempt;
    },
    get history() {
      return history;
    },
    recall,
    sent(at) {
      recalled = withSent(recalled, at);
    },
    conclude(known) {
      history = known;
    },
    hold(name) {
      holder = name;
      say(recalled);
    },
    beat: () => say(recalled),
    tell: () => say(history),
  };
}
