import type { BudgetSums } from '../pollen/budget-sums.ts';

/** "1 item", "12 items". */
export function plural(count: number, noun: string): string {
  // Its first use loads the rules of all languages, which takes longer than most commands may.
  const digits = count < 1_000 ? String(count) : count.toLocaleString('en-US');
  return `${digits} ${noun}${count === 1 ? '' : 's'}`;
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

/**
 * A moment for people: "2026-11-26 06:51:07 UTC".
 *
 * @param iso - ISO 8601, UTC
 */
export function utc(iso: string): string {
  return `${utcClock(iso)} UTC`;
}

/** The same in columns that are known to be in UTC: "2026-11-26 06:51:07". */
export function utcClock(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
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

/** A remedy with the run in its commands: the fault does not know which one it belongs to. */
export function ownRemedy(remedy: string, runId: string): string {
  return remedy.replaceAll('`pollen-batch retry RUN', `\`pollen-batch retry ${runId}`);
}

/** What has become of a budget, in words; what is spent comes first. */
export function budgetParts({ spent, unknown, held, left }: BudgetSums): readonly string[] {
  return [
    `${spent} spent`,
    ...(unknown === '0' ? [] : [unknownPart(unknown)]),
    ...(held === '0' ? [] : [`${held} held for calls`]),
    ...(left === null ? [] : [`${left} left`]),
  ];
}

function unknownPart(unknown: string | null): string {
  return unknown === null ? 'what is unknown has no bound' : `${unknown} held for what is unknown`;
}
