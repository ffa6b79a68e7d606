import * as z from 'zod';

import { boundsOf, queueRateOf, type LaneState } from './state.ts';

/** Stands between the sentence for people and the state. A reason without it was given by somebody else. */
const MARK = ' · pollen-batch ';

const seconds = z.number().finite();
const rate = z.number().positive();
const phase = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('running') }),
  z.object({ kind: z.literal('quiet') }),
  z.object({ kind: z.literal('held'), left: seconds, shut: z.literal(true).optional() }),
  z.object({ kind: z.literal('paused'), left: seconds, pause: seconds }),
  z.object({ kind: z.literal('probing'), pause: seconds, left: seconds.optional() }),
]);
const schema = z.object({
  configured: z.object({ rps: rate.optional(), adaptive: z.boolean() }),
  rate: rate.optional(),
  cut: z
    .object({
      from: rate,
      to: rate,
      ago: seconds,
      outage: z.literal(true).optional(),
      shut: z.literal(true).optional(),
    })
    .optional(),
  phase,
  oneSlot: z.object({ by: z.string(), left: seconds }).optional(),
  noSlot: seconds.optional(),
});

/** The state as the text that Temporal keeps with a queue's rate: a sentence for people, then the state itself. */
export function formatReason(state: LaneState): string {
  const rounded = JSON.stringify(state, (_key, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(5)) : value,
  );
  return `${wordsOf(state)}${MARK}${rounded}`;
}

/** Whether a worker has given the reason, be it one of another version whose state cannot be read. */
export function isWorkers(reason: string): boolean {
  // The first releases wrote a plain sentence.
  return reason.includes(MARK) || reason.startsWith('configured: ');
}

/** Reads the state out of a reason; `undefined` where another program, a person, or another version has given it. */
export function parseReason(reason: string): LaneState | undefined {
  const at = reason.lastIndexOf(MARK);
  if (at < 0) return undefined;
  try {
    const parsed = schema.safeParse(JSON.parse(reason.slice(at + MARK.length)));
    return parsed.success ? (parsed.data as LaneState) : undefined;
  } catch {
    return undefined;
  }
}

/** What a worker of another version says of the lane; `undefined` where no worker has written the reason. */
export function wordsOfWorkers(reason: string): string | undefined {
  return isWorkers(reason) ? (reason.split(MARK)[0] ?? reason) : undefined;
}

/** Why the lane has the rate that it has, for people. */
export function wordsOf(state: LaneState): string {
  const { phase: now, cut, oneSlot } = state;
  switch (now.kind) {
    case 'held':
      return `held for ${whole(now.left)} s: ${now.shut === true ? 'every call was throttled' : 'the API asks to wait'}`;
    case 'paused':
      return `paused for ${whole(now.left)} s: most calls fail, and not for reasons of their own`;
    case 'probing':
      return 'trying one call: most calls have failed, and not for reasons of their own';
    case 'quiet':
      return `nothing to do; up to ${perSecond(state.rate)} once calls come`;
    case 'running': {
      if (oneSlot !== undefined) return 'one call at a time: the account takes no more';
      if (state.rate === undefined) return 'no limit is known';
      return `${perSecond(queueRateOf(state))}, ${howOf(state, cut)}`;
    }
  }
}

function howOf({ rate = 0, configured }: LaneState, cut: LaneState['cut']): string {
  const { ceiling = Infinity } = boundsOf(configured);
  // Five digits are kept.
  if (rate > ceiling * 0.9999) return `as configured (${perSecond(configured.rps)})`;
  if (cut === undefined) return configured.adaptive ? 'climbing until the first throttle' : 'climbing';
  return `after ${cut.outage === true ? 'an outage' : 'a throttle'} at ${perSecond(cut.from)}`;
}

/** A rate for people. */
export function perSecond(value: number | undefined): string {
  return value === undefined ? 'no limit' : `${Number(value.toPrecision(3))}/s`;
}

function whole(value: number): number {
  return Math.max(0, Math.ceil(value));
}
