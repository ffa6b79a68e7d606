import { setTimeout as pause } from 'node:timers/promises';

import type { Logger } from 'pino';

import type { Outcome } from '../../pollinations/outcome.ts';
import type { LaneSettings } from '../lanes.ts';
import { createLaneMind, isByHand, type Advice, type QueueReading } from './mind.ts';
import type { QueueConfig } from './queue-config.ts';
import { createSlots, type Slots } from './slots.ts';
import { queueRateOf } from './state.ts';
import type { WriteBudget } from './write-budget.ts';

/** Governs one lane on one worker. */
export interface Governor {
  readonly slots: Slots;
  /** Makes a call of the lane, and hears how it ended. */
  call(
    item: string,
    send: () => Promise<Outcome>,
  ): Promise<{ readonly outcome: Outcome; readonly advice: Advice }>;
  /** Reads the lane's queue once, and sets its rate: before the first poll, so that no call starts without it. */
  prepare(): Promise<void>;
  /** Governs until the signal. */
  run(signal: AbortSignal): Promise<void>;
}

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
  const slots = createSlots(() => mind.slots(), pauseMs);

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
    slots,
    async call(item, send) {
      touchedAt = seconds();
      pace();
      const end = mind.sent(item, seconds());
      const outcome = await send();
      touchedAt = seconds();
      const { code, retryAfterMs } = outcome.kind === 'answered' ? {} : outcome.fault;
      const advice = end(
        { ...(code === undefined ? {} : { code }), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
        seconds(),
      );
      return { outcome, advice };
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
