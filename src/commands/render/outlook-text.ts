import type { Forecast } from '../../lanes/forecast.ts';
import type { Estimate } from '../../plan/plan.ts';
import type { Outlook } from '../plan/outlook.ts';
import { costText } from '../../report/estimate-text.ts';
import { duration, plural } from './words.ts';

/** What a job comes to, in a line. */
export function outlookLine(outlook: Outlook): string {
  const { items, reused, calls, estimate, time } = outlook;
  const taken = reused > 0 ? `${plural(reused, 'item')} taken over, ` : '';
  const how = calls === 0 ? '' : ` in ${timeText(time)}`;
  return `Plan: ${plural(items, 'item')}, ${taken}${plural(calls, 'call')}${how}; ${costText(estimate)}.`;
}

/** Figures for programs: null in place of a sum that leaves calls out. */
export function figures<Figures extends Estimate>(
  estimate: Figures,
): Omit<Figures, 'likely' | 'atMost'> & { readonly likely: string | null; readonly atMost: string | null } {
  const { likely, atMost, unbounded, unknown = 0 } = estimate;
  return {
    ...estimate,
    likely: unknown > 0 ? null : (likely ?? null),
    atMost: unbounded > 0 ? null : atMost,
  };
}

/** How long calls take, and what keeps them from being faster. */
export function timeText({ seconds, lanes: [slowest] }: Forecast): string {
  if (slowest === undefined) return 'no time';
  const limit =
    slowest.limit === 'rate' && slowest.rps !== undefined
      ? `at ${Number(slowest.rps.toPrecision(3))} calls/s`
      : `with ${plural(Math.min(slowest.calls, slowest.concurrency), 'call')} at once`;
  return `about ${duration(Math.ceil(seconds))} ${limit}`;
}
