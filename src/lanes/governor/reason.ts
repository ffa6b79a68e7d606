import { z } from 'zod';

import { queueRateOf, type LaneState } from './state.ts';

/** Stands between the sentence for people and the state. A reason without it was given by somebody else. */
const MARK = ' · pollen-batch ';

const seconds = z.number().finite();
const rate = z.number().positive();
const phase = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('running') }),
  z.object({ kind: z.literal('quiet') }),
  z.object({ kind: z.literal('held'), left: seconds }),
  z.object({ kind: z.literal('paused'), left: seconds, pause: seconds }),
  z.object({ kind: z.literal('probing'), pause: seconds, left: seconds.optional() }),
]);
const schema = z.object({
  configured: z.object({ rps: rate.optional(), adaptive: z.boolean() }),
  rate: rate.optional(),
  cut: z.object({ from: rate, to: rate, ago: seconds }).optional(),
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

/** Reads the state out of a reason; `undefined` where another program, or a person, has given it. */
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

/** Why the lane has the rate that it has, for people. */
export function wordsOf(state: LaneState): string {
  const { phase: now, cut, oneSlot } = state;
  switch (now.kind) {
    case 'held':
      return `held for ${whole(now.left)} s: the API asks to wait`;
    case 'paused':
      return `paused for ${whole(now.left)} s: most calls fail, and not for reasons of their own`;
    case 'probing':
      return 'trying one call: most calls have failed, and not for reasons of their own';
    case 'quiet':
      return `nothing to do; up to ${perSecond(state.rate)} once calls come`;
    case 'running': {
      if (oneSlot !== undefined) return 'one call at a time: the account takes no more';
      if (state.rate === undefined) return 'no limit is known';
      const how =
        cut === undefined
          ? state.configured.adaptive
            ? ', climbing until the first throttle'
            : `, as configured (${perSecond(state.configured.rps)})`
          : `, after a throttle at ${perSecond(cut.from)}`;
      return `${perSecond(queueRateOf(state))}${how}`;
    }
  }
}

/** A rate for people. */
export function perSecond(value: number | undefined): string {
  return value === undefined ? 'no limit' : `${Number(value.toPrecision(3))}/s`;
}

function whole(value: number): number {
  return Math.max(0, Math.ceil(value));
}
