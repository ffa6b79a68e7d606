import { localClock } from '../manifest/local-clock.ts';
import type { Schedule } from '../manifest/schedule.ts';

/** Span of a schedule's budget. */
type Period = NonNullable<Schedule['budget']>['per'];

const DAY_MS = 86_400_000;

/**
 * Names the period that a moment is in, by its first day in the zone: two moments are in the same one where the names are.
 *
 * @param moment - ISO 8601
 */
export function periodOf(moment: string, timezone: string, per: Period): string {
  const day = localClock(Date.parse(moment), timezone).slice(0, 10);
  if (per === 'day') return day;
  if (per === 'month') return `${day.slice(0, 7)}-01`;
  const noon = Date.parse(`${day}T12:00:00Z`);
  const sinceMonday = (new Date(noon).getUTCDay() + 6) % 7;
  return new Date(noon - sinceMonday * DAY_MS).toISOString().slice(0, 10);
}
