import type { BudgetView } from '../pollen/ledger.ts';

/** "1 item", "12 items". */
export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * "8 s", "3 min 20 s", "2 h 5 min".
 *
 * @param seconds - rounded to what people need
 */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(0, Math.round(seconds * 10) / 10)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}

/** Settled and unknown money in words. */
export function money(tally: {
  readonly settled: string;
  readonly unknown: { readonly count: number; readonly atMost: string | null };
}): string {
  const { count, atMost } = tally.unknown;
  if (count === 0) return `${tally.settled} Pollen`;
  return `${tally.settled} Pollen + ${plural(count, 'unknown charge')} (${atMost === null ? 'no bound known' : `at most ${atMost}`})`;
}

/** What became of a budget, in words. */
export function budgetWords({ spent, held, free }: Omit<BudgetView, 'amount'>): string {
  return `${spent} spent, ${held} held, ${free} left`;
}
