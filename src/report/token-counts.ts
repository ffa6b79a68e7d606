import { USAGE_TYPES, type Usage, type UsageType } from '../pollen/usage.ts';

/** Tokens of an answer as chat APIs count them; absent where it used none. */
export interface TokenCounts {
  readonly prompt?: number;
  readonly completion?: number;
}

/**
 * Counts tokens. Seconds are none, and neither are the "image tokens" of an answer: at a flat price one is a whole picture.
 */
export function countTokens(usage: Usage): TokenCounts {
  const prompt = sumOf(usage, 'prompt');
  const completion = sumOf(usage, 'completion');
  return {
    ...(prompt === undefined ? {} : { prompt }),
    ...(completion === undefined ? {} : { completion }),
  };
}

function sumOf(usage: Usage, side: 'prompt' | 'completion'): number | undefined {
  const counts = USAGE_TYPES.filter((unit) => isToken(unit) && unit.startsWith(side)).flatMap(
    (unit) => usage[unit] ?? [],
  );
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

function isToken(unit: UsageType): boolean {
  return unit.endsWith('Tokens') && unit !== 'completionImageTokens';
}
