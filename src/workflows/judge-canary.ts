import type { Canary } from '../manifest/job.ts';
import { parseAmount } from '../pollen/amount.ts';
import type { Tally } from '../records/tally.ts';
import type { PlanSummary } from './inputs.ts';
import { money, plural } from './words.ts';

/** What a canary came to, held against its rule. */
export interface CanaryVerdict {
  /** Whether the others may be made without anybody's word. */
  readonly isPassed: boolean;
  /** What was found, for people, without a full stop. */
  readonly found: string;
}

/**
 * Judges the first items of a run, all of which have ended. A charge that is unknown counts with its bound, and one without
 * is more than any limit.
 */
export function judgeCanary(
  { succeeded, failed, settled, unknown }: Tally,
  { approve, maxFailureRate, maxCost }: Omit<Canary, 'items'>,
): CanaryVerdict {
  const items = succeeded + failed;
  const isFailing = items > 0 && failed / items > maxFailureRate;
  const isDear =
    maxCost !== undefined &&
    (unknown.atMost === null || parseAmount(settled) + parseAmount(unknown.atMost) > parseAmount(maxCost));
  const failures = `${failed} of ${plural(items, 'item')} failed`;
  const cost = `cost ${money({ settled, unknown })}`;
  return {
    isPassed: approve === 'auto' && !isFailing && !isDear,
    found: [
      `the canary has ended: ${failures}${isFailing ? `, which is more than maxFailureRate ${maxFailureRate}` : ''}`,
      `it ${cost}${isDear ? `, which is more than maxCost ${maxCost}` : ''}`,
      ...(approve === 'manual' ? ['a person decides about the rest'] : []),
    ].join('; '),
  };
}

/**
 * Numbers of the canary's pages that have not been made.
 *
 * @param next - index of the first page that was not started, by lane; a run that continues as new has none under way
 */
export function canaryLeft(
  { pages }: Pick<PlanSummary, 'pages'>,
  next: Readonly<Record<string, number>>,
): readonly number[] {
  const lanes = new Map<string, number>();
  return pages.flatMap(({ page, lane, canary }) => {
    const index = lanes.get(lane) ?? 0;
    lanes.set(lane, index + 1);
    return canary === true && index >= (next[lane] ?? 0) ? [page] : [];
  });
}
