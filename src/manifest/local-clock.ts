/**
 * What the clocks of a zone show at a moment: `2026-11-25 06:00:00`.
 *
 * @param timezone - name of the IANA database
 */
export function localClock(moment: Date | number, timezone: string): string {
  // The Swedish way to write a time is the international one.
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return format.format(moment);
}

/** How far a zone's clocks are ahead of UTC at a moment, in milliseconds. */
export function zoneOffset(moment: number, timezone: string): number {
  const shown = Date.parse(`${localClock(moment, timezone).replace(' ', 'T')}Z`);
  return shown - Math.floor(moment / 1_000) * 1_000;
}
