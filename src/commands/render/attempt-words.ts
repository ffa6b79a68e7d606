import type { Charge } from '../../pollen/settle.ts';
import { duration } from './words.ts';

/** What an attempt has cost, or may have. */
export function chargeWords({ amount, certainty }: Charge): string {
  if (certainty === 'unknown') return amount === null ? 'no known bound' : `at most ${amount} Pollen`;
  return `${amount ?? '0'} Pollen`;
}

/**
 * How long an attempt took: "40 ms", "2 s".
 *
 * @param ms - milliseconds
 */
export function latencyWords(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : duration(ms / 1_000);
}
