export { duration, money, plural } from '../../workflows/words.ts';

/**
 * A moment on the clocks of a zone, which programs can read as well: "2026-11-25T06:00:00+01:00".
 *
 * @param iso - ISO 8601
 */
export function zoned(iso: string, timezone: string): string {
  // The Swedish way to write a time is the international one, but for the minus sign.
  const text = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  }).format(new Date(iso));
  const [day = '', time = '', zone = ''] = text.replace('\u2212', '-').split(' ');
  return `${day}T${time}${zone === 'GMT+00:00' ? 'Z' : zone.replace('GMT', '')}`;
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
