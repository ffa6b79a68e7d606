import { setTimeout as pause } from 'node:timers/promises';

import type { Logger } from 'pino';

import type { Outcome } from '../../pollinations/outcome.ts';
import { noMeters, type Meters } from '../../telemetry/meters.ts';
import { aheadOf, type LaneSettings } from '../lanes.ts';
import { createBucket } from './bucket.ts';
import { createGate } from './gate.ts';
import { watchLane } from './lane-watch.ts';
import { createLocalRate } from './local-rate.ts';
import { isThrottle } from './ledger.ts';
import { createLaneMind, type Advice } from './mind.ts';
import { isByHand } from './queue-reading.ts';
import type { QueueConfig } from './queue-config.ts';
import { createSlots, type Slots } from './slots.ts';
import { queueRateOf } from './state.ts';
import type { WriteBudget } from './write-budget.ts';

/** Governs one lane on one worker. */
export interface Governor {
  /** Slots of the worker's activities: those whose calls may be in flight, and those that wait for their turn. */
  readonly slots: Slots;
  /** Makes a call of the lane as soon as fewer than may be are in flight, and hears how it ended. */
  call(call: GovernedCall): Promise<CallResult>;
  /** Reads the lane's queue once, and sets its rate: before the first poll, so that no call starts without it. */
  prepare(): Promise<void>;
  /** Governs until the signal. */
  run(signal: AbortSignal): Promise<void>;
  /** Sends no call of a group any more. */
  stop(group: string): void;
  /** Sends nothing any more: what is at hand goes back to the queue, for other workers. */
  drain(): void;
}

/** A call that a lane's governor lets go. */
export interface GovernedCall {
  /** Tells items of a lane apart. */
  readonly item: string;
  /** Calls that are stopped together. */
  readonly group: string;
  /** Gives up waiting. */
  readonly signal: AbortSignal;
  /** Asks the server, now and then while the call waits, whether it is still wanted. */
  readonly listen: () => void;
  /** Asked once the lane lets the call go: `false` sends it back as a stopped lane does. @default it is sent */
  readonly admit?: () => Promise<boolean>;
  readonly send: () => Promise<Outcome>;
}

/** How a call ended, with what its lane has to say; `undefined` when the lane was stopped, or it was not admitted, before it was sent. */
export type CallResult =
  | {
      readonly outcome: Outcome;
      readonly advice: Advice;
      /** Which lane let it go, and how many calls a second it let go then, where it had a rate. */
      readonly lane: { readonly name: string; readonly rps?: number };
    }
  | undefined;

export interface GovernorOptions {
  readonly lane: LaneSettings;
  /** Name of this worker among all that share the lane. */
  readonly worker: string;
  readonly queue: QueueConfig;
  /** What all lanes of the worker may write. */
  readonly budget: WriteBudget;
  readonly logger: Logger;
  /** Are told what the lane does. @default none */
  readonly meters?: Meters;
}

/** Between two readings of the lane's queue, in milliseconds. */
const TICK_MS = 1_000;
/** The same of a lane without calls. */
const IDLE_TICK_MS = 5_000;
const STEP_MS = 100;
/** Seconds until a server that has refused is asked again: its permissions may have been mended. */
const REFUSED_SECONDS = 300;
/** Seconds without an answer after which it is said. */
const SILENT_SECONDS = 30;
/** A few of the calls that wait ask for all of them whether they are wanted, each after so long. */
const LISTEN_MS = 1_000;
const LISTENERS = 4;
/** Groups that are remembered as stopped: those whose last calls may still be on their way. */
const STOPPED = 500;
const REFUSED = 'the server refuses task queue settings: each worker keeps to the rate by itself';

const seconds = (): number => performance.now() / 1_000;

/**
 * Makes the governor of a lane. It has no memory of its own that matters: what workers agree on stands in the
 * configuration of the queue, so each of them can be killed at any time.
 */
export function createGovernor(options: GovernorOptions): Governor {
  const { lane, worker, queue, budget, logger, meters = noMeters } = options;
  const { name, rps, adaptive = false, concurrency } = lane;
  const mind = createLaneMind({
    worker,
    concurrency,
    configured: { adaptive, ...(rps === undefined ? {} : { rps }) },
  });
  const local = createLocalRate();
  const watch = watchLane(meters, name);
  let isLocal = false;
  let askAgainAt = Infinity;
  const stopped = new Set<string>();
  let isReady = false;
  let isLeaving = false;
  let isHandSaid = false;
  let isSilenceSaid = false;
  let answeredAt = seconds();
  let touchedAt = 0;

  // Calls that had to wait for one that hung have passed the queue's rate long ago: all at once they would be above it.
  const bucket = createBucket(() => mind.state()?.rate, seconds);
  // A call that has ended leaves its place to one that is at hand: the way to the server and back takes none.
  const gate = createGate(
    () => mind.width(),
    () => bucket.pauseMs(),
    () => bucket.take(),
  );
  const ahead = (): number => Math.ceil((aheadOf(concurrency) * mind.width()) / concurrency);
  const slots = createSlots(
    // No call may start before the lane has its rate.
    () => (isReady ? mind.width() + ahead() : 0),
    () => (isLocal ? local.pause(seconds()) * 1_000 : 0),
  );

  async function tick(atServer: boolean): Promise<void> {
    const reading = atServer ? await queue.read() : local.read();
    if (isByHand(reading) !== isHandSaid) {
      isHandSaid = isByHand(reading);
      const { rps: rate, reason } = reading;
      if (isHandSaid) logger.warn({ lane: name, rate, reason }, 'the rate was set by hand: it is left alone');
    }
    const rate = mind.think(reading, seconds(), Date.now());
    if (rate !== undefined && !atServer) {
      local.write(rate, seconds());
      mind.wrote(local.read().writtenAt, local.writtenAt());
    } else if (rate !== undefined && budget.allows(!rate.canWait, reading.workers, seconds())) {
      mind.wrote(await queue.write(rate), seconds());
      logger.debug({ lane: name, rate: rate.rps, reason: rate.reason }, 'rate set');
    }
    isReady = true;
  }

  // What has not been sent goes back to the queue, which lets it go when the lane does: not all of it at once.
  function adjust(): void {
    gate.turnAway(isLeaving || mind.isStopped() ? 0 : ahead());
    gate.refresh();
    slots.refresh();
    watch.is(mind.state(), mind.width());
  }

  /** Takes a step; says whether it could. */
  async function tickSafely(): Promise<boolean> {
    const now = seconds();
    const atServer = !isLocal || now >= askAgainAt;
    try {
      await tick(atServer);
      if (!atServer) return true;
      if (isLocal) logger.info({ lane: name }, 'the server takes task queue settings again');
      isLocal = false;
      answeredAt = seconds();
      isSilenceSaid = false;
      return true;
    } catch (error) {
      if (!isLocal && !isRefusal(error)) {
        sayFailure(error);
        return false;
      }
      if (!isLocal) logger.warn({ lane: name, error: String(error) }, REFUSED);
      isLocal = true;
      askAgainAt = now + REFUSED_SECONDS;
      // What was last thought of is the queue's.
      mind.wrote(local.read().writtenAt, local.writtenAt());
      await tick(false);
      return true;
    } finally {
      adjust();
    }
  }

  function sayFailure(error: unknown): void {
    const said = { lane: name, error: String(error) };
    if (isSilenceSaid || seconds() - answeredAt < SILENT_SECONDS) {
      logger.debug(said, 'the rate could not be read or set');
      return;
    }
    isSilenceSaid = true;
    logger.warn(said, 'the rate of the lane can neither be read nor set: it stays as it is');
  }

  return {
    slots,
    async call({ item, group, signal, listen, admit, send }) {
      touchedAt = seconds();
      local.started(touchedAt);
      const isStopped = (): boolean => isLeaving || mind.isStopped() || stopped.has(group);
      if (isStopped()) return undefined;
      const listening = setInterval(listen, LISTEN_MS * Math.max(1, ahead() / LISTENERS));
      const waited = watch.waits();
      const hasEntered = await gate.enter(signal, group).finally(() => {
        clearInterval(listening);
        waited();
      });
      if (!hasEntered) return undefined;
      let landed = (): void => {};
      try {
        if (admit !== undefined && (!(await admit()) || isStopped())) return undefined;
        landed = watch.sends();
        const rps = mind.state()?.rate;
        const end = mind.sent(item, seconds());
        const outcome = await send();
        touchedAt = seconds();
        const { code, retryAfterMs } = outcome.kind === 'answered' ? {} : outcome.fault;
        const advice = end(
          {
            ...(code === undefined ? {} : { code }),
            ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
          },
          seconds(),
        );
        // The next one at hand would meet the same, before anybody has thought about it.
        if (advice.turnMs !== undefined && isThrottle(code)) gate.turnAway(0);
        return { outcome, advice, lane: { name, ...(rps === undefined ? {} : { rps }) } };
      } finally {
        landed();
        gate.leave();
      }
    },
    stop(group) {
      stopped.add(group);
      for (const oldest of stopped) {
        if (stopped.size <= STOPPED) break;
        stopped.delete(oldest);
      }
      gate.turnAwayGroup(group);
    },
    drain() {
      isLeaving = true;
      adjust();
    },
    async prepare() {
      await tickSafely();
    },
    async run(signal) {
      let hasTicked = true;
      // A server that does not answer is not asked more often for that.
      const isUrgent = (): boolean => hasTicked && mind.isUrgent(seconds());
      while (!signal.aborted) {
        const endsAt = seconds() + (isBusy() ? TICK_MS : IDLE_TICK_MS) / 1_000;
        while (seconds() < endsAt && !signal.aborted && !isUrgent()) {
          await pause(STEP_MS, undefined, { signal }).catch(() => {});
        }
        if (!signal.aborted) hasTicked = await tickSafely();
      }
      const last = isLocal ? undefined : mind.leave();
      if (last !== undefined) await queue.write(last).catch(() => {});
    },
  };

  function isBusy(): boolean {
    const state = mind.state();
    const isHeld = state !== undefined && queueRateOf(state) === 0;
    return !isReady || isHeld || seconds() - touchedAt < 60;
  }
}

/** Codes of gRPC by which a server says that it takes no such setting: PERMISSION_DENIED, UNIMPLEMENTED, and others. */
const refusals: ReadonlySet<unknown> = new Set([3, 7, 9, 12]);

function isRefusal(error: unknown): boolean {
  return refusals.has((error as { readonly code?: unknown }).code);
}
