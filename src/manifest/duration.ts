const units: ReadonlyMap<string, number> = new Map(
  Object.entries({
    s: 1,
    second: 1,
    m: 60,
    minute: 60,
    h: 3_600,
    hour: 3_600,
    d: 86_400,
    day: 86_400,
    w: 604_800,
    week: 604_800,
  }),
);

/** How a duration is written, for people. */
export const durationRule = 'a duration is a whole number and a unit: 90s, 15m, 6h, 30d, 2 weeks';

/**
 * Reads a duration as people write it: `90s`, `15m`, `6h`, `30d`, `2 weeks`.
 *
 * @returns whole seconds; `undefined` for anything else
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9}) ?([a-z]+)$/.exec(text.trim());
  const unit = match?.[2] ?? '';
  // Plurals, but no "ss" or "ms", which would be a millisecond.
  const seconds = units.get(unit) ?? (unit.length > 2 ? units.get(unit.replace(/s$/, '')) : undefined);
  return match === null || seconds === undefined ? undefined : Number(match[1]) * seconds;
}

/** Writes whole seconds in the largest unit that fits, so that it reads back as the same. */
export function formatDuration(seconds: number): string {
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
  ] as const) {
    if (seconds >= size && seconds % size === 0) return `${seconds / size}${unit}`;
  }
  return `${seconds}s`;
}
