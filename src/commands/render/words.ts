import { localClock, zoneOffset } from '../../manifest/local-clock.ts';

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

/** A list of values in columns, for people. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
