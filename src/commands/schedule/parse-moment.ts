import { PollenBatchError } from '../../errors.ts';

const DAY_MS = 86_400_000;

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
  if (/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:?\d\d)$/.test(text) && !Number.isNaN(moment.getTime())) return moment;
  throw new PollenBatchError('usage', `--${edge} ${text} is no day and no moment`, {
    remedy: 'Write a day (2026-10-01), or a moment with its zone (2026-10-01T06:00:00Z).',
  });
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

// The offset at a guess gives a better guess; the second look is for days on which the clocks change.
function startOfDay(day: string, timezone: string): Date {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  const first = wanted - offsetAt(wanted, timezone);
  return new Date(wanted - offsetAt(first, timezone));
}

/** How far a zone's clocks are ahead of UTC, in milliseconds. */
function offsetAt(moment: number, timezone: string): number {
  // The Swedish way to write a time is the international one.
  const local = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(moment);
  return Date.parse(`${local.replace(' ', 'T')}Z`) - Math.floor(moment / 1_000) * 1_000;
}
