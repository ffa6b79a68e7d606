import { formatDuration } from '../../manifest/duration.ts';
import type { Plan } from '../../plan/plan.ts';
import { plural } from './words.ts';

/** What may hold a run back or end it before its time, a line for each. */
export function gateLines({
  items,
  canary,
  deadline,
  failFast,
}: Pick<Plan, 'items' | 'canary' | 'deadline' | 'failFast'>): readonly string[] {
  return [
    ...(canary === undefined ? [] : [`Canary: ${canaryWords(canary, items)}.`]),
    ...(deadline === undefined
      ? []
      : [
          `Deadline: ${formatDuration(deadline / 1_000)} after the run is made; what is left then is not made.`,
        ]),
    ...(failFast === undefined
      ? []
      : [
          `Fail-fast: the run stops when ${percent(failFast.rate)} of the last ${plural(failFast.window, 'item')} have failed.`,
        ]),
  ];
}

function canaryWords(canary: NonNullable<Plan['canary']>, items: number): string {
  const { approve, maxFailureRate, maxCost } = canary;
  if (canary.items >= items) return 'it is as large as the job, so that nothing waits for it';
  const first = `the first ${canary.items} of ${plural(items, 'item')} alone; the others`;
  if (approve === 'manual') return `${first} when somebody approves them`;
  const failing =
    maxFailureRate === 0
      ? 'none of these has failed'
      : `${percent(maxFailureRate)} of these have failed at most`;
  const cost = maxCost === undefined ? '' : ` and they cost ${maxCost} Pollen at most`;
  return `${first} when ${failing}${cost}, else when somebody approves them`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(6))} %`;
}
