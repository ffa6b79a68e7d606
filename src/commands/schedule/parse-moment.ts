import { PollenBatchError } from '../../errors.ts';
import { localClock, zoneOffset } from '../../manifest/local-clock.ts';

const DAY_MS = 86_400_000;
const QUARTER_HOUR_MS = 900_000;

/**
 * Reads a day or a moment of the command line. A day begins, or for the end of a span ends, in the schedule's zone.
 *
 * @param text - `2026-10-01`, or ISO 8601 with a zone: `2026-10-01T06:00:00Z`
 * @throws PollenBatchError `usage`
 */
export function parseMoment(text: string, edge: 'from' | 'to', timezone: string): Date {
  if (/^\d{4}-\d\d-\d\d$/.test(text) && isDay(text)) {
    if (edge === 'from') return startOfDay(text, timezone);
    const next = new Date(Date.parse(text) + DAY_MS).toISOString().slice(0, 10);
    return new Date(startOfDay(next, timezone).getTime() - 1_000);
  }
  const moment = new Date(text);
  const isMoment = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:?\d\d)$/.test(text) && isDay(text.slice(0, 10));
  if (isMoment && !Number.isNaN(moment.getTime())) return moment;
  throw new PollenBatchError('usage', `--${edge} ${text} is no day and no moment`, {
    remedy: 'Write a day (2026-10-01), or a moment with its zone (2026-10-01T06:00:00Z).',
  });
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

// The offset at a guess gives a better guess. Where a day has no midnight, as the clocks go forward then, it begins later.
function startOfDay(day: string, timezone: string): Date {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  let moment = wanted - zoneOffset(wanted - zoneOffset(wanted, timezone), timezone);
  while (localClock(moment, timezone) < `${day} 00:00:00`) moment += QUARTER_HOUR_MS;
  return new Date(moment);
}
