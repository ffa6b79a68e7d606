import { setTimeout as pause } from 'node:timers/promises';

import type { Logger } from 'pino';

import type { Outcome } from '../../pollinations/outcome.ts';
import type { ActivitySlotInfo, CustomSlotSupplier } from '@temporalio/worker';

import { aheadOf, type LaneSettings } from '../lanes.ts';
import { createGate } from './gate.ts';
import { createLaneMind, isByHand, type Advice, type QueueReading } from './mind.ts';
import type { QueueConfig } from './queue-config.ts';
import { slotsAt } from './slots.ts';
import { queueRateOf } from './state.ts';
import type { WriteBudget } from './write-budget.ts';

/** Governs one lane on one worker. */
export interface Governor {
  /** Slots of the worker's activities: those whose calls may be in flight, and those that wait for their turn. */
  readonly slots: CustomSlotSupplier<ActivitySlotInfo>;
  /** Makes a call of the lane as soon as fewer than may be are in flight, and hears how it ended. */
  call(call: GovernedCall): Promise<CallResult>;
  /** Reads the lane's queue once, and sets its rate: before the first poll, so that no call starts without it. */
  prepare(): Promise<void>;
  /** Governs until the signal. */
  run(signal: AbortSignal): Promise<void>;
}

/** A call that a lane's governor lets go. */
export interface GovernedCall {
  /** Tells items of a lane apart. */
  readonly item: string;
  /** Gives up waiting. */
  readonly signal: AbortSignal;
  readonly send: () => Promise<Outcome>;
}

/** How a call ended, with what its lane has to say; `undefined` when the lane was stopped before it was sent. */
export type CallResult = { readonly outcome: Outcome; readonly advice: Advice } | undefined;

export interface GovernorOptions {
  readonly lane: LaneSettings;
  /** Name of this worker among all that share the lane. */
  readonly worker: string;
  readonly queue: QueueConfig;
  /** What all lanes of the worker may write. */
  readonly budget: WriteBudget;
  readonly logger: Logger;
}

/** Between two readings of the lane's queue, in milliseconds. */
const TICK_MS = 1_000;
/** The same of a lane without calls. */
const IDLE_TICK_MS = 5_000;
const STEP_MS = 100;

const seconds = (): number => performance.now() / 1_000;

/**
 * Makes the governor of a lane. It has no memory of its own that matters: what workers agree on stands in the
 * configuration of the queue, so each of them can be killed at any time.
 */
export function createGovernor({ lane, worker, queue, budget, logger }: GovernorOptions): Governor {
  const { name, rps, adaptive = false, concurrency } = lane;
  const mind = createLaneMind({
    worker,
    concurrency,
    configured: { adaptive, ...(rps === undefined ? {} : { rps }) },
  });
  let isLocal = false;
  let local: QueueReading = { writtenAt: 0, workers: 1 };
  let isHandSaid = false;
  let nextStartAt = 0;
  let touchedAt = 0;

  // On a server that refuses the queue's setting the worker paces itself, by the polls that it makes.
  function pauseMs(): number {
    return isLocal ? Math.max(0, nextStartAt - seconds()) * 1_000 : 0;
  }
  // A call that has ended leaves its place to one that is at hand: the way to the server and back takes none.
  const gate = createGate(() => mind.width());
  const slots = createGate(() => {
    const width = mind.width();
    return width + Math.ceil((aheadOf(concurrency) * width) / concurrency);
  }, pauseMs);

  function pace(): void {
    if (local.rps === undefined) return;
    nextStartAt = local.rps === 0 ? seconds() + 1 : Math.max(nextStartAt, seconds()) + 1 / local.rps;
  }

  async function tick(): Promise<void> {
    const reading = isLocal ? local : await queue.read();
    if (isByHand(reading) !== isHandSaid) {
      isHandSaid = isByHand(reading);
      const { rps: rate, reason } = reading;
      if (isHandSaid) logger.warn({ lane: name, rate, reason }, 'the rate was set by hand: it is left alone');
    }
    const rate = mind.think(reading, seconds(), Date.now());
    if (rate !== undefined && isLocal) {
      const { rps: limit, reason } = rate;
      const writtenAt = local.writtenAt + 1;
      local = { workers: 1, reason, writtenAt, ...(limit === undefined ? {} : { rps: limit }) };
      mind.wrote(local.writtenAt, seconds());
    } else if (rate !== undefined && budget.allows(!rate.canWait, reading.workers, seconds())) {
      mind.wrote(await queue.write(rate), seconds());
      logger.debug({ lane: name, rate: rate.rps, reason: rate.reason }, 'rate set');
    }
    // What has not been sent goes back to the queue, which lets it go when the lane does: not all of it at once.
    if (mind.isStopped()) gate.turnAway();
    gate.refresh();
    slots.refresh();
  }

  async function tickSafely(): Promise<void> {
    try {
      await tick();
    } catch (error) {
      if (isRefusal(error)) {
        isLocal = true;
        logger.warn(
          { lane: name, error: String(error) },
          'the server refuses task queue settings: each worker keeps to the rate by itself',
        );
        await tick();
      } else logger.debug({ lane: name, error: String(error) }, 'the rate could not be read or set');
    }
  }

  return {
    slots: slotsAt(slots),
    async call({ item, signal, send }) {
      touchedAt = seconds();
      if (!(await gate.enter(signal))) return undefined;
      try {
        pace();
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
        return { outcome, advice };
      } finally {
        gate.leave();
      }
    },
    prepare: tickSafely,
    async run(signal) {
      while (!signal.aborted) {
        const endsAt = seconds() + (isBusy() ? TICK_MS : IDLE_TICK_MS) / 1_000;
        while (seconds() < endsAt && !signal.aborted && !mind.isUrgent(seconds())) {
          await pause(STEP_MS, undefined, { signal }).catch(() => {});
        }
        if (!signal.aborted) await tickSafely();
      }
      const last = isLocal ? undefined : mind.leave();
      if (last !== undefined) await queue.write(last).catch(() => {});
    },
  };

  function isBusy(): boolean {
    const state = mind.state();
    const isHeld = state !== undefined && queueRateOf(state) === 0;
    return isHeld || seconds() - touchedAt < 60;
  }
}

/** Codes of gRPC by which a server says that it takes no such setting: PERMISSION_DENIED, UNIMPLEMENTED, and others. */
const refusals: ReadonlySet<unknown> = new Set([3, 7, 9, 12]);

function isRefusal(error: unknown): boolean {
  return refusals.has((error as { readonly code?: unknown }).code);
}
