import type { Canary, FailFast } from '../manifest/job.ts';

/** A canary in a few words, as the settings of a job show it. */
export function describeCanary({ items, approve, maxFailureRate, maxCost }: Canary): string {
  const bounds = [
    ...(approve === 'manual' ? ['manual'] : []),
    ...(maxFailureRate === 0 ? [] : [`maxFailureRate ${maxFailureRate}`]),
    ...(maxCost === undefined ? [] : [`maxCost ${maxCost}`]),
  ];
  return bounds.length === 0 ? String(items) : `${items} (${bounds.join(', ')})`;
}

/** Fail-fast in a few words, as the settings of a job show it. */
export function describeFailFast({ rate, window }: FailFast): string {
  return `${rate} of ${window}`;
}
