const parts = {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
} as const;

/** A time where the reader is, or in the zone that is named; text that is no time stays as it is. */
export function formatTime(iso: string, timeZone?: string): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return iso;
  return new Intl.DateTimeFormat('en-GB', { ...parts, ...(timeZone !== undefined && { timeZone }) }).format(
    time,
  );
}

/** A time for the reader, with UTC behind it where that is another one. */
export function formatBoth(iso: string): string {
  const [local, utc] = [formatTime(iso), formatTime(iso, 'UTC')];
  return local === utc ? utc : `${local} (${utc})`;
}

/** Whether a time has passed; text that is no time has, since nothing can be promised of it. */
export function hasPassed(iso: string, now: number): boolean {
  return !(Date.parse(iso) > now);
}

/** Milliseconds between two times, `undefined` where one is not known. */
export function timeBetween(from: string, to: string | undefined): number | undefined {
  const ms = to === undefined ? Number.NaN : Date.parse(to) - Date.parse(from);
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
