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

/** Settled and unknown money in words. */
export function money(tally: {
  readonly settled: string;
  readonly unknown: { readonly count: number; readonly atMost: string | null };
}): string {
  const { count, atMost } = tally.unknown;
  if (count === 0) return `${tally.settled} Pollen`;
  return `${tally.settled} Pollen + ${plural(count, 'unknown charge')} (${atMost === null ? 'no bound known' : `at most ${atMost}`})`;
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
