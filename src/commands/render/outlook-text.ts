import type { Forecast } from '../../lanes/forecast.ts';
import type { Estimate } from '../../plan/plan.ts';
import type { Outlook } from '../outlook.ts';
import { duration, plural } from './words.ts';

/** What a job comes to, in a line. */
export function outlookLine(outlook: Outlook): string {
  const { items, reused, calls, estimate, time } = outlook;
  const taken = reused > 0 ? `${plural(reused, 'item')} taken over, ` : '';
  const how = calls === 0 ? '' : ` in ${timeText(time)}`;
  return `Plan: ${plural(items, 'item')}, ${taken}${plural(calls, 'call')}${how}; ${costText(estimate)}.`;
}

/** What calls can cost: at least, likely, at most, and where nothing tells. */
export function costText({ atLeast, likely, atMost, unbounded, unknown = 0, free }: Estimate): string {
  // Plans of earlier versions know the most alone.
  const range =
    atLeast === undefined || likely === undefined
      ? `at most ${atMost} Pollen`
      : `at least ${atLeast}, likely ${likely}, at most ${atMost} Pollen`;
  return [
    range,
    ...(unknown > 0 ? [`of ${plural(unknown, 'call')} no likely price is known`] : []),
    ...(unbounded > 0 ? [`${plural(unbounded, 'call')} without a known bound`] : []),
    ...(free > 0 ? [`${plural(free, 'call')} free`] : []),
  ].join('; ');
}

/** How long calls take, and what keeps them from being faster. */
export function timeText({ seconds, lanes: [slowest] }: Forecast): string {
  if (slowest === undefined) return 'no time';
  const limit =
    slowest.limit === 'rate' && slowest.rps !== undefined
      ? `at ${slowest.rps} calls/s`
      : `with ${plural(Math.min(slowest.calls, slowest.concurrency), 'call')} at once`;
  return `about ${duration(Math.ceil(seconds))} ${limit}`;
}
