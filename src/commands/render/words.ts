import { localClock, zoneOffset } from '../../manifest/local-clock.ts';
import type { Assumption } from '../../records/corrections.ts';
import type { StopCause } from '../../records/outcome.ts';

export { budgetParts, duration, money, ownRemedy, plural, utc, utcClock } from '../../workflows/words.ts';

/**
 * A moment on the clocks of a zone, which programs can read as well: "2026-11-25T06:00:00+01:00".
 *
 * @param iso - ISO 8601
 */
export function zoned(iso: string, timezone: string): string {
  const moment = Date.parse(iso);
  const [day = '', time = ''] = localClock(moment, timezone).split(' ');
  const minutes = zoneOffset(moment, timezone) / 60_000;
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${day}T${time}${minutes === 0 ? 'Z' : `${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`}`;
}

/** What a bill rests on, in words. */
export const assumptions: Readonly<Record<Assumption, string>> = {
  'sole-use': 'if nobody else used the key meanwhile',
};

/** What stopped a run before its items were done. */
export const stopCauses: Readonly<Record<StopCause, string>> = {
  budget: 'its budget is used up',
  'fail-fast': 'too many items failed',
  terminated: 'it was terminated',
};

/** The same after the state of a run: ", as its budget is used up". */
export function causeWords(because: StopCause | undefined): string {
  return because === undefined ? '' : `, as ${stopCauses[because]}`;
}

/** Why a balance is no evidence, and what helps. */
export const otherKey =
  "the balances that the run has kept are of another key; set POLLINATIONS_API_KEY for this command to the workers' key";

/** Names a run that may have moved the balance of this one's key. */
export function otherRunWords(runId = 'another run'): string {
  return `${runId} was under way as well, and may have moved the balance; for runs at once use a key that may read usage, else reconcile a run before the next one begins`;
}

/** A list of values in columns, for people. */
export function table(rows: readonly (readonly string[])[], widths = widthsOf(rows)): string {
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/**
 * Widths of the columns of a table.
 *
 * @param least - widths that they have at least. @default none
 */
export function widthsOf(
  rows: readonly (readonly string[])[],
  least: readonly number[] = (rows[0] ?? []).map(() => 0),
): readonly number[] {
  return rows.reduce(
    (widths, row) => widths.map((width, column) => Math.max(width, row[column]?.length ?? 0)),
    least,
  );
}
