import { localClock, zoneOffset } from '../../manifest/local-clock.ts';
import type { Assumption } from '../../records/corrections.ts';

export { budgetWords, duration, money, plural } from '../../workflows/words.ts';

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
