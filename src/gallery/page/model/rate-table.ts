import type { GalleryFigures } from '../../contract.ts';

type Rate = NonNullable<GalleryFigures['rate']>;

/** One step of time: calls a second that were sent, and that were allowed. */
export interface RateRow {
  /** Seconds since 1970. */
  readonly at: number;
  readonly sent: number;
  readonly limit: number | null;
}

const MOST_ROWS = 200;

/** The steps of a lane, calls a second. */
export function rateRows(
  { from, stepSeconds }: Rate,
  { sent, limit }: Rate['lanes'][number],
): readonly RateRow[] {
  const start = Date.parse(from) / 1_000;
  return sent.map((calls, index) => ({
    at: start + index * stepSeconds,
    sent: calls / stepSeconds,
    limit: limit[index] ?? null,
  }));
}

/** No more rows than a person reads: steps beside each other are taken together, the highest limit and the mean rate. */
export function fewRows(rows: readonly RateRow[]): readonly RateRow[] {
  const together = Math.ceil(rows.length / MOST_ROWS);
  const few: RateRow[] = [];
  for (let start = 0; start < rows.length; start += together) {
    const part = rows.slice(start, start + together);
    const limits = part.map(({ limit }) => limit).filter((limit) => limit !== null);
    few.push({
      at: part[0]?.at ?? 0,
      sent: part.reduce((sum, { sent }) => sum + sent, 0) / part.length,
      limit: limits.length === 0 ? null : Math.max(...limits),
    });
  }
  return few;
}

/** What a chart of a lane shows, as a sentence. */
export function rateSentence(lane: string, rows: readonly RateRow[]): string {
  const most = Math.max(0, ...rows.map(({ sent }) => sent));
  const limits = rows.map(({ limit }) => limit).filter((limit) => limit !== null);
  const sent = `Lane ${lane}: at most ${formatRate(most)} calls a second were sent`;
  if (limits.length === 0) return `${sent}; the limit is not known.`;
  return `${sent}, of ${formatRate(Math.min(...limits))} to ${formatRate(Math.max(...limits))} that were allowed.`;
}

/** Calls a second, rounded. */
export function formatRate(rate: number): string {
  return rate.toFixed(rate < 10 ? 1 : 0).replace(/\.0$/, '');
}
